//! Rows of the list of licensed institutions.

use super::{Fields, FileKind, TableRecord};
use crate::domain::{Institution, Stage, TrainingKind};

impl TableRecord for Institution {
    const KIND: FileKind = FileKind::Registry;

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.needed_name("name");
        let credit_code = fields.text("credit_code").and_then(|code| {
            let code: String = code.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
            let good = code.len() == 18 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !good && !matches!(code.as_str(), "无" | "-" | "/") {
                fields.leave_out("credit_code", "18 位统一社会信用代码");
            }
            good.then_some(code)
        });
        let kind = fields.text("kind");
        let known = kind.as_deref().and_then(kind_in);
        if kind.is_some() && known.is_none() {
            fields.leave_out("kind", "学科类、体育类、文化艺术类、科技类或非学科类；按“未注明”导入，不作为持证依据");
        }
        let (valid_until, period) = fields.day_or_words("valid_until");
        if period.as_deref().is_some_and(|words| !["长期", "永久", "无固定"].iter().any(|word| words.contains(word)))
        {
            fields.leave_out("valid_until", "日期，如 2027-12-31；按“未注明”导入");
        }
        let institution = Self {
            name: name.unwrap_or_default(),
            credit_code,
            licence: fields.text("licence"),
            address: fields.text("address"),
            phones: fields.phones("phones"),
            kind: known,
            stages: fields.text("stages").map(|words| stages_in(&words)).unwrap_or_default(),
            valid_until,
            county: fields.text("county"),
            authority: fields.text("authority"),
            status: fields.text("status"),
        };
        (!institution.name.is_empty()).then_some(institution)
    }
}

/// What a licence is for, from how lists put it. One that names both sides says nothing for sure.
fn kind_in(words: &str) -> Option<TrainingKind> {
    let has = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let rest = words.replace("非学科", "");
    let non_subject = rest.len() != words.len();
    let subject = rest.contains("学科")
        || (!non_subject && has(&["语文", "数学", "英语", "物理", "化学", "文化课", "文化教育", "文化补习"]));
    let sides = [
        (has(&["体育", "篮球", "足球", "游泳", "武术", "跆拳道", "羽毛球", "乒乓"]), TrainingKind::Sports),
        (has(&["艺术", "美术", "音乐", "舞蹈", "书法", "钢琴", "声乐", "器乐", "绘画"]), TrainingKind::Arts),
        (has(&["科技", "编程", "机器人", "科学技术"]), TrainingKind::Technology),
    ];
    let named: Vec<TrainingKind> = sides.iter().filter(|(found, _)| *found).map(|(_, kind)| *kind).collect();
    match (subject, named.as_slice(), non_subject) {
        (true, [], false) => Some(TrainingKind::Subject),
        (false, [one], _) => Some(*one),
        (false, [], true) | (false, [_, _, ..], _) => Some(TrainingKind::NonSubject),
        (true, _, _) | (false, [], false) => None,
    }
}

/// The stages that words name.
fn stages_in(words: &str) -> Vec<Stage> {
    let has = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let school = has(&["中小学", "义务教育"]);
    [
        (has(&["学前", "幼儿", "学龄前", "3-6", "3—6", "幼小"]), Stage::Preschool),
        (school || has(&["小学"]), Stage::Primary),
        (school || has(&["初中", "中学", "初高中"]), Stage::Junior),
        (has(&["高中", "中学", "中小学"]), Stage::Senior),
    ]
    .into_iter()
    .filter_map(|(found, stage)| found.then_some(stage))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_as_lists_put_them() {
        for (words, kind) in [
            ("学科类", Some(TrainingKind::Subject)),
            ("非学科类", Some(TrainingKind::NonSubject)),
            ("非学科（体育）", Some(TrainingKind::Sports)),
            ("文化艺术", Some(TrainingKind::Arts)),
            ("美术、书法", Some(TrainingKind::Arts)),
            ("艺术、科技", Some(TrainingKind::NonSubject)),
            ("高中学科", Some(TrainingKind::Subject)),
            ("学科类、艺术类", None),
            ("其他", None),
        ] {
            assert_eq!(kind_in(words), kind, "{words}");
        }
        assert_eq!(stages_in("高中"), [Stage::Senior]);
        assert_eq!(stages_in("义务教育阶段"), [Stage::Primary, Stage::Junior]);
        assert_eq!(stages_in("中小学"), [Stage::Primary, Stage::Junior, Stage::Senior]);
    }
}
