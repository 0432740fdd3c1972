//! Why a lead moved in the queue since it was last ranked.

use super::{Rank, parts, rounded};
use crate::domain::ListingId;
use crate::leads::standing::clears_unlicensed;
use crate::leads::{Lead, LinkReason};

/// How far a lead moved, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct RankChange {
    /// The new value less the old one.
    pub delta: f64,
    /// What caused it and which parts moved, in Chinese: `+0.12：新增 2 条信息，同一电话（印证 1.00→1.25）`.
    pub words: String,
}

/// Explains the way from one ranking of a lead to the next; `None` when neither value nor level changed.
///
/// Both leads must have been ranked; what they say now and then is compared, so no history is needed.
#[must_use]
pub fn explain(before: &Lead, after: &Lead) -> Option<RankChange> {
    let (old, new) = (&before.rank, &after.rank);
    let delta = rounded_difference(new.value, old.value);
    if delta == 0.0 && old.level == new.level {
        return None;
    }
    let mut causes = listings(before, after);
    causes.extend(records(before, after));
    causes.extend(contents(before, after));
    causes.extend(times(before, after));
    if causes.is_empty() {
        causes.push("排序规则调整".to_owned());
    }
    let mut words = format!("{delta:+.2}：{}", causes.join("；"));
    if old.level != new.level {
        let way = if new.level > old.level { "升" } else { "降" };
        words.extend(["；由", old.level.zh(), way, new.level.zh()]);
    }
    let moved = moved(old, new);
    if !moved.is_empty() {
        words.extend(["（", &moved.join("，"), "）"]);
    }
    Some(RankChange { delta, words })
}

fn rounded_difference(new: f64, old: f64) -> f64 {
    if new >= old { rounded(new - old) } else { -rounded(old - new) }
}

/// `印证 1.00→1.25`
fn moved(old: &Rank, new: &Rank) -> Vec<String> {
    let value = |rank: &Rank, name: &str| rank.parts.iter().find(|part| part.name_zh == name).map(|part| part.value);
    let pairs = new.parts.iter().filter_map(|part| Some((part, value(old, &part.name_zh)?)));
    pairs
        .filter(|(part, was)| (part.value - was).abs() >= 0.0005)
        .map(|(part, was)| format!("{} {was:.2}→{:.2}", part.name_zh, part.value))
        .collect()
}

/// New listings and how they hang together with the old, listings taken away, further sources, hiring.
fn listings(before: &Lead, after: &Lead) -> Vec<String> {
    let mut causes = Vec::new();
    let added: Vec<ListingId> = after.members.iter().copied().filter(|id| !before.members.contains(id)).collect();
    let removed = before.members.iter().filter(|id| !after.members.contains(id)).count();
    if !added.is_empty() {
        let mut words = format!("新增 {} 条信息", added.len());
        let mut reasons: Vec<String> = Vec::new();
        for link in after.links.iter().filter(|link| added.contains(&link.a) || added.contains(&link.b)) {
            let reason = match &link.reason {
                LinkReason::SharedContact { kind, .. } => format!("同一{}", kind.zh()),
                LinkReason::NearDuplicate { .. } => "文案相似".to_owned(),
                LinkReason::SharedAccount { .. } => "同一发布账号".to_owned(),
                LinkReason::SharedName { .. } => "同一名称".to_owned(),
                LinkReason::SharedAddress { .. } => "同一地址".to_owned(),
                LinkReason::ByHand => "人工并案".to_owned(),
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        for reason in reasons {
            words.extend(["，", &reason]);
        }
        causes.push(words);
    }
    if removed > 0 {
        causes.push(format!("移出 {removed} 条信息"));
    }
    let sources = after.sources.iter().filter(|source| !before.sources.contains(source)).count();
    if sources > 0 {
        causes.push(format!("新增 {sources} 个来源"));
    }
    let hiring = after.corroborating.iter().filter(|id| !before.corroborating.contains(id)).count();
    if hiring > 0 {
        causes.push(format!("新增 {hiring} 条招聘信息"));
    }
    let counties = after.copies.len().saturating_sub(before.copies.len());
    if counties > 0 {
        causes.push(format!("新涉及 {counties} 个县区"));
    }
    causes
}

/// Complaints, past violations, licence.
fn records(before: &Lead, after: &Lead) -> Vec<String> {
    let mut causes = Vec::new();
    let (old, new) = (&before.standing, &after.standing);
    let complaints = new.complaints.total.saturating_sub(old.complaints.total);
    if complaints > 0 {
        causes.push(format!("新增 {complaints} 件投诉举报"));
    }
    if new.complaints.total < old.complaints.total {
        causes.push(format!("撤销 {} 件投诉举报", old.complaints.total - new.complaints.total));
    }
    let violations = new.violations.iter().filter(|one| !old.violations.contains(one)).count();
    if violations > 0 {
        causes.push(format!("新增 {violations} 条查处记录"));
    }
    if old.violations.iter().any(|one| !new.violations.contains(one)) {
        causes.push("查处记录有撤销".to_owned());
    }
    let subject = |lead: &Lead| clears_unlicensed(&lead.standing);
    match (subject(before), subject(after)) {
        (false, true) => causes.push("与持证学科机构名单相符".to_owned()),
        (true, false) => causes.push("不再与持证学科机构名单相符".to_owned()),
        _ => {}
    }
    causes
}

/// What the listings say: matters, probability.
fn contents(before: &Lead, after: &Lead) -> Vec<String> {
    let mut causes = Vec::new();
    let only_in = |one: &Lead, other: &Lead| {
        let codes: Vec<&str> =
            one.matters.iter().filter(|code| !other.matters.contains(code)).map(String::as_str).collect();
        codes.join("、")
    };
    for (words, codes) in [("新增涉嫌事项", only_in(after, before)), ("不再涉嫌事项", only_in(before, after))]
    {
        if !codes.is_empty() {
            causes.push(format!("{words} {codes}"));
        }
    }
    if (after.top_score - before.top_score).abs() >= 0.0005 {
        causes.push(format!("研判概率 {:.3}→{:.3}", before.top_score, after.top_score));
    }
    causes
}

/// Posted again, gone, windows, and the mere passing of time.
fn times(before: &Lead, after: &Lead) -> Vec<String> {
    let mut causes = Vec::new();
    if after.gone > before.gone {
        causes.push(format!("{} 条信息已下线", after.gone - before.gone));
    }
    if after.gone < before.gone && after.members.len() >= before.members.len() {
        causes.push(format!("{} 条信息重新上线", before.gone - after.gone));
    }
    let again = after.last_posted > before.last_posted;
    let urgency = |rank: &Rank| rank.parts.iter().find(|part| part.name_zh == parts::URGENCY).map(|part| part.value);
    if !again && after.gone <= before.gone && urgency(&after.rank) < urgency(&before.rank) {
        causes.push("时间推移，未见新发布".to_owned());
    }
    if again && after.members == before.members {
        causes.push("再次发布".to_owned());
    }
    let (old, new) = (&before.rank.window, &after.rank.window);
    match (old, new) {
        (Some(old), Some(new)) if old.name_zh == new.name_zh && old.running == new.running => {
            if new.days < old.days {
                causes.push(format!("距{}还有 {} 天", new.name_zh, new.days));
            }
        }
        (_, Some(new)) if new.running => causes.push(format!("{}已开始", new.name_zh)),
        (_, Some(new)) => causes.push(format!("距{}还有 {} 天", new.name_zh, new.days)),
        (Some(old), None) => causes.push(format!("{}已过", old.name_zh)),
        (None, None) => {}
    }
    causes
}
