//! The four factors of a rank, each a number with the words it comes from.

use super::{Part, RankWeights, RankWindow, rounded};
use crate::calendar::{Calendar, Window, WindowKind};
use crate::domain::{Element, Flag, Form, Stage};
use crate::leads::standing::{Certainty, PastViolation, clears_unlicensed};
use crate::leads::{Lead, elements};
use jiff::civil::Date;

/// The names of the factors, in their order.
pub(super) const CONFIDENCE: &str = "把握";
pub(super) const SEVERITY: &str = "严重";
pub(super) const URGENCY: &str = "时效";
pub(super) const CORROBORATION: &str = "印证";

fn part(name: &str, value: f64, words: String) -> Part {
    Part { name_zh: name.to_owned(), value: rounded(value), words }
}

/// The score as a probability among the listings of a sweep, where offers are rarer than in the corpus; `support` is what
/// multiplies the odds besides.
fn in_the_sweep(score: f64, weights: &RankWeights, support: f64) -> f64 {
    let odds = |share: f64| share / (1.0 - share);
    let score = score.clamp(0.0, 1.0);
    let for_it = score * support * odds(weights.expected_share) / odds(weights.corpus_share);
    for_it / (for_it + 1.0 - score).max(f64::MIN_POSITIVE)
}

/// How sure a lead is with everything that corroborates it, 0..1.
pub(super) fn surety(lead: &Lead, weights: &RankWeights) -> f64 {
    in_the_sweep(lead.top_score, weights, corroboration(lead, weights).value)
}

pub(super) fn confidence(lead: &Lead, weights: &RankWeights) -> Part {
    let value = in_the_sweep(lead.top_score, weights, 1.0);
    let (count, share) = (lead.members.len(), weights.expected_share * 100.0);
    let words = format!("{count} 条广告中最高的招揽概率 {:.3}，按采集中约 {share:.0}% 为招揽折算", lead.top_score);
    match &lead.standing.licensed {
        Some(licensed) if clears_unlicensed(&lead.standing) => {
            let name = &licensed.name;
            let words = format!("{words}；与持证学科机构「{name}」相符，先行核对 ×{:.2}", weights.licensed_share);
            part(CONFIDENCE, value * weights.licensed_share, words)
        }
        _ => part(CONFIDENCE, value, words),
    }
}

/// The circumstances that make a lead grave, each with its words and weight.
pub(super) fn grave(lead: &Lead, weights: &RankWeights) -> Vec<(&'static str, f64)> {
    let teacher = lead.forms.contains(&Form::InServiceTeacher)
        || lead.flags.contains(&Flag::TeacherClaim)
        || shows(lead, &weights.teacher_matters);
    let preschool = lead.stages.contains(&Stage::Preschool) || shows(lead, &weights.preschool_matters);
    let boarding = shows(lead, &weights.boarding_matters);
    [
        (teacher, "自称在职教师", weights.teacher),
        (preschool, "面向学龄前", weights.preschool),
        (boarding, "住宿、封闭等未成年人安全", weights.boarding),
    ]
    .into_iter()
    .filter_map(|(there, words, weight)| there.then_some((words, weight)))
    .collect()
}

fn shows(lead: &Lead, codes: &[String]) -> bool {
    lead.suspected().iter().any(|matter| codes.contains(matter))
}

/// Whether rooms, a staff and a division of work are shown, in one listing or over several.
pub(super) fn organised(lead: &Lead, weights: &RankWeights) -> bool {
    elements::is_organised(&lead.elements) || shows(lead, &weights.organised_matters)
}

/// Whether the operator was punished within the years that count; matches that nobody is sure of do not count.
pub(super) fn is_repeat(lead: &Lead, weights: &RankWeights, today: Date) -> bool {
    let since = today.saturating_sub(jiff::Span::new().years(weights.repeat_years));
    let counts = |past: &PastViolation| past.certainty == Certainty::Matched && past.decided_on >= since;
    lead.standing.violations.iter().any(counts)
}

pub(super) fn severity(lead: &Lead, weights: &RankWeights, today: Date) -> Part {
    let repeat = format!("{} 年内曾被查处", weights.repeat_years);
    let mut reasons: Vec<(&str, f64)> = grave(lead, weights);
    if organised(lead, weights) {
        reasons.push(("规模化、组织化", weights.organised));
    }
    if is_repeat(lead, weights, today) {
        reasons.push((&repeat, weights.repeat));
    }
    let suspected = lead.suspected();
    reasons
        .extend(suspected.iter().filter_map(|code| weights.matters.get(code).map(|weight| (code.as_str(), *weight))));
    reasons.retain(|(_, add)| *add != 0.0);
    let value = 1.0 + reasons.iter().map(|(_, weight)| weight).sum::<f64>();
    part(SEVERITY, value.min(weights.severity_cap), sum_words(&reasons, value >= weights.severity_cap))
}

pub(super) fn urgency(
    lead: &Lead,
    weights: &RankWeights,
    calendar: &Calendar,
    today: Date,
) -> (Part, Option<RankWindow>) {
    let (mut value, mut words) = match lead.last_posted {
        None => (weights.urgency_undated, "发布日期不明".to_owned()),
        Some(last) => {
            // A site's clock may run ahead of ours; a day in the future is today.
            let days = (today.duration_since(last).as_hours() / 24).max(0);
            let faded = libm::exp2(-(days as f64) / weights.half_life_days.max(f64::MIN_POSITIVE));
            let words = if days == 0 {
                "今天仍在发布".to_owned()
            } else {
                format!("最近一次发布在 {days} 天前")
            };
            (weights.urgency_floor + (1.0 - weights.urgency_floor) * faded, words)
        }
    };
    let season = season(calendar, weights, today);
    if let Some((window, add)) = &season {
        let named = speaks_of_days_off(lead);
        let add = if named { *add } else { add * weights.window_other_share };
        value *= 1.0 + add;
        let when = if window.running {
            format!("{}期间", window.name_zh)
        } else {
            format!("距{}还有 {} 天", window.name_zh, window.days)
        };
        let check = if window.verified { "" } else { "（日期待核）" };
        let why = if named { "，广告写明假期或休息日" } else { "" };
        words.extend(["；", &when, check, why, &format!(" ×{:.2}", 1.0 + add)]);
    }
    if is_all_gone(lead) {
        value *= weights.gone_factor;
        words.extend(["；信息已全部下线", &format!(" ×{:.2}", weights.gone_factor)]);
    } else if lead.gone > 0 {
        words.extend(["；", &format!("{} 条信息已下线", lead.gone)]);
    }
    (part(URGENCY, value, words), season.map(|(window, _)| window))
}

/// Whether nothing of a lead can be seen any more.
fn is_all_gone(lead: &Lead) -> bool {
    lead.gone > 0 && lead.gone >= lead.members.len()
}

fn speaks_of_days_off(lead: &Lead) -> bool {
    elements::is_shown(&lead.elements, Element::Time)
}

/// The window that matters today, and what it adds at most.
fn season(calendar: &Calendar, weights: &RankWeights, today: Date) -> Option<(RankWindow, f64)> {
    let named = |window: &Window, running, days| RankWindow {
        name_zh: window.name_zh.clone(),
        running,
        days,
        verified: window.verified,
    };
    if let Some(window) = calendar.window(today) {
        return Some((named(window, true, 0), weights.window_running));
    }
    let ahead =
        [(WindowKind::Vacation, weights.vacation_ahead_days), (WindowKind::Holiday, weights.holiday_ahead_days)];
    let coming = ahead.into_iter().filter_map(|(kind, reach)| {
        let (window, days) = calendar.next_window(today, kind)?;
        let reach = i64::from(reach);
        // On the day before it begins nearly all is added, at the end of the reach a first share.
        let near = (reach + 1 - days) as f64 / (reach + 1) as f64;
        (days <= reach).then(|| (named(window, false, days), weights.window_coming * near))
    });
    coming.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

pub(super) fn corroboration(lead: &Lead, weights: &RankWeights) -> Part {
    let listings = lead.members.len().max(1);
    let gone = lead.gone.min(lead.members.len());
    // A listing that is gone still happened, and counts less.
    let counted = ((listings - gone) as f64 + weights.gone_share * gone as f64).max(1.0);
    let complaints = &lead.standing.complaints;
    let counties = format!("涉及 {} 个县区", lead.copies.len() + 1);
    let on_sites = format!("见于 {} 个来源", lead.sources.len());
    let written = if gone > 0 {
        format!("{listings} 条广告（{gone} 条已下线）")
    } else {
        format!("{listings} 条广告")
    };
    let complained = format!("{} 件投诉举报", complaints.total);
    let flag = |flag, weight| if lead.flags.contains(&flag) { weight } else { 0.0 };
    let reasons: Vec<(&str, f64)> = [
        (written.as_str(), weights.per_doubling * libm::log2(counted)),
        (on_sites.as_str(), weights.per_source * lead.sources.len().saturating_sub(1) as f64),
        (counties.as_str(), weights.per_county * lead.copies.len() as f64),
        (complained.as_str(), weights.per_complaint * libm::log2(1.0 + complaints.total.max(complaints.open) as f64)),
        ("同一联系方式在招老师", if lead.corroborating.is_empty() { 0.0 } else { weights.hiring }),
        ("出现家教派单", flag(Flag::AgencyOrder, weights.agency_order)),
    ]
    .into_iter()
    .filter(|(_, weight)| *weight != 0.0)
    .collect();
    let value = 1.0 + reasons.iter().map(|(_, weight)| weight).sum::<f64>();
    part(CORROBORATION, value.min(weights.corroboration_cap), sum_words(&reasons, value >= weights.corroboration_cap))
}

/// `基数 1;自称在职教师 +0.60；M08 +0.30`
fn sum_words(reasons: &[(&str, f64)], capped: bool) -> String {
    let mut words = String::from("基数 1");
    for (reason, weight) in reasons {
        words.extend(["；", reason, &format!(" {weight:+.2}")]);
    }
    if capped {
        words.push_str("；已到上限");
    }
    words
}
