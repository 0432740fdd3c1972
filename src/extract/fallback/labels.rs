//! Short facts behind a label in the text: 价格:120元/节, 发布时间:昨天 18:00.

use super::facts::Facts;
use crate::sources::Field;
use regex::Regex;
use std::sync::LazyLock;

const PATTERNS: [(Field, &str); 4] = [
    (Field::Author, r"(发布人|发布者|联系人|发帖人|楼主|作者|卖家|昵称|商家)\s*[:：]\s*([^\s:：|,，;；]{1,20})"),
    (Field::Price, r"(价格|售价|收费标准|收费|费用|报价|学费|单价)\s*[:：]\s*([^\s:：|,，;；。]{1,24})"),
    (
        Field::Location,
        r"(上课地点|授课地点|服务区域|所在地区|所在地|区域|地区|地址|位置|地点)\s*[:：]\s*([^\s:：|,，;；。]{2,40})",
    ),
    (
        Field::PostedAt,
        r"(发布时间|发布日期|发表时间|更新时间|发表于|发布于|编辑于)\s*[:：]?\s*([^\s|,，;；]{2,20}(?:\s\d{1,2}:\d{2}(?::\d{2})?)?)",
    ),
];

static LABELS: LazyLock<Vec<(Field, Option<Regex>)>> =
    LazyLock::new(|| PATTERNS.iter().map(|(field, pattern)| (*field, Regex::new(pattern).ok())).collect());

/// Takes the first value behind each label.
pub fn collect(text: &str, facts: &mut Facts) {
    for (field, pattern) in LABELS.iter() {
        if let Some(found) = pattern.as_ref().and_then(|pattern| pattern.captures(text))
            && let (Some(label), Some(value)) = (found.get(1), found.get(2))
        {
            facts.offer(*field, value.as_str(), format!("text:{}", label.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_behind_labels() {
        let mut facts = Facts::default();
        collect("发布时间:昨天 18:00 城市:朝阳 区域:双塔区 价格:120元/节\n联系人：李老师，电话", &mut facts);
        assert_eq!(facts.text(Field::PostedAt), Some("昨天 18:00"));
        assert_eq!(facts.text(Field::Location), Some("双塔区"));
        assert_eq!(facts.text(Field::Price), Some("120元/节"));
        assert_eq!(facts.text(Field::Author), Some("李老师"));
        assert!(LABELS.iter().all(|(_, pattern)| pattern.is_some()));
    }
}
