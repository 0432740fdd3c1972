//! What an advertisement claims of itself: results, examiners, a staff and its rooms.

use super::near::{denied, ends_with_any, head};
use super::numbers::Number;
use super::{Fact, FactKind};
use crate::signals::{CueKind, Signals};
use crate::text::ClearText;

/// Words of a promise that promise a result only next to one.
const BARE_PROMISES: [&str; 5] = ["退款", "签约", "承诺", "100%", "保底"];
/// Results.
const RESULTS: [&str; 9] = ["提分", "分数", "名次", "及格", "成绩", "考上", "升学", "提高", "见效"];
/// Payment by instalments or on credit.
const LOAN: [&str; 10] =
    ["分期付", "可分期", "分期交", "免息分期", "培训贷", "学费贷", "花呗", "白条", "先学后付", "贷款交"];
/// An old price beside the new one.
const STRUCK: [&str; 3] = ["原价", "划线价", "门市价"];
/// People who gained from it.
const BENEFICIARIES: [&str; 9] =
    ["学员晒分", "晒成绩", "晒分", "喜报", "成绩截图", "学员反馈", "家长好评", "家长反馈", "学员案例"];
/// Rooms kept for it.
const SITE: [&str; 12] =
    ["校区", "分校", "教室", "写字楼", "底商", "总校", "学习中心", "工作室", "门店", "自习室", "教学点", "培训学校"];
/// Several who teach.
const STAFF: [&str; 12] = [
    "老师们",
    "教学团队",
    "名师团队",
    "各科老师",
    "我们团队",
    "多名老师",
    "多位老师",
    "师资团队",
    "老师团队",
    "全科老师",
    "几位老师",
    "教师团队",
];
/// A division of work.
const DIVISION: [&str; 13] = [
    "教务",
    "前台",
    "助教",
    "招生办",
    "管理员",
    "班主任",
    "学管",
    "课程顾问",
    "招生老师",
    "校长",
    "值班老师",
    "后勤",
    "教研组",
];

/// Adds what the text claims.
pub(super) fn read(text: &ClearText, signals: &Signals, numbers: &[Number], facts: &mut Vec<Fact>) {
    let clear = text.as_str();
    for cue in &signals.cues {
        let (kind, words) = match cue.kind {
            CueKind::Guarantee => (FactKind::Promise, "对效果作出保证"),
            CueKind::Examiner => (FactKind::Examiner, "称有命题、阅卷人员参与"),
            CueKind::Boarding => (FactKind::Boarding, "住宿或封闭管理"),
            _ => continue,
        };
        let (Some(before), Some(behind)) = (clear.get(..cue.range.start), clear.get(cue.range.end..)) else { continue };
        let bare = BARE_PROMISES.contains(&&*cue.detail) && {
            let around = [super::near::tail(before, 6), head(behind, 6)];
            !RESULTS.iter().any(|word| around.iter().any(|near| near.contains(word)))
        };
        if !denied(before) && !bare {
            facts.push(Fact { kind, range: cue.range.clone(), span: cue.span, words: words.to_owned() });
        }
    }
    let lists: [(&[&str], FactKind, &str); 6] = [
        (&LOAN, FactKind::Loan, "分期或贷款交费"),
        (&STRUCK, FactKind::StruckPrice, "原价划线促销"),
        (&BENEFICIARIES, FactKind::Beneficiary, "以受益者名义推荐"),
        (&SITE, FactKind::Site, "专门场所"),
        (&STAFF, FactKind::Staff, "两名以上从业人员"),
        (&DIVISION, FactKind::Division, "组织分工"),
    ];
    for (list, kind, words) in lists {
        for word in list {
            if let Some(start) = clear.find(word)
                && !denied(&clear[..start])
            {
                let range = start..start + word.len();
                facts.push(Fact { kind, span: text.span(range.clone()), range, words: words.to_owned() });
            }
        }
    }
    facts.extend(numbers.iter().filter_map(|number| several_teachers(text, number)));
}

/// 三位老师, 5名教师.
fn several_teachers(text: &ClearText, number: &Number) -> Option<Fact> {
    const TEACHERS: [&str; 8] = ["名老师", "位老师", "个老师", "名教师", "位教师", "名师资", "位名师", "名名师"];
    const NOT_OURS: [&str; 4] = ["招", "招聘", "换了", "找"];
    let clear = text.as_str();
    let (before, behind) = (clear.get(..number.range.start)?, clear.get(number.range.end..)?);
    let word = super::near::starts_with_any(behind, &TEACHERS)?;
    if number.value < 2.0 || ends_with_any(before, &NOT_OURS).is_some() {
        return None;
    }
    let range = number.range.start..number.range.end + word.len();
    Some(Fact {
        kind: FactKind::Staff, span: text.span(range.clone()), range, words: "两名以上从业人员".to_owned()
    })
}
