//! A made-up registry of licensed institutions, and what leads show of themselves: some are on it, most are not.

use super::trade::Dice;
use tanzhao::{
    domain::{Institution, Subject, TrainingKind},
    leads::standing::{HeldInstitution, Known},
};

const COUNTIES: [&str; 7] = ["双塔区", "龙城区", "朝阳县", "建平县", "喀左县", "北票市", "凌源市"];
/// Characters that names of schools are made of; few, so that many names are alike.
const SIGNS: &str =
    "晨星启航新育才博学思优朗智慧远达蓝天阳光童年百花园卓越名师金榜状元英华文翰林书香苗圃希望未来世纪东方北辰";
const KINDS: [&str; 5] = ["教育培训学校", "文化培训学校", "艺术培训中心", "外国语培训学校", "体育俱乐部"];
const ROADS: [&str; 6] = ["新华路", "朝阳大街", "文化路", "友谊大街", "凌河街", "中山大街"];

/// A full name, and what of it tells it from others.
fn name(dice: &mut Dice) -> (String, String) {
    let signs: Vec<char> = SIGNS.chars().collect();
    let sign: String = (0..2 + dice.below(3)).map(|_| signs[dice.below(signs.len())]).collect();
    let county = COUNTIES[dice.below(COUNTIES.len())];
    let kind = KINDS[dice.below(KINDS.len())];
    (format!("朝阳市{county}{sign}{kind}"), sign)
}

fn address(dice: &mut Dice) -> String {
    let (road, number, room) = (ROADS[dice.below(ROADS.len())], 1 + dice.below(900), 1 + dice.below(30));
    format!("{}{road}{number}号{room}室", COUNTIES[dice.below(COUNTIES.len())])
}

/// So many institutions.
pub fn institutions(count: usize, dice: &mut Dice) -> Vec<HeldInstitution> {
    let one = |id: i64| {
        let institution = Institution {
            name: name(dice).0,
            address: Some(address(dice)),
            phones: vec![format!("139{:08}", dice.below(100_000_000))],
            kind: Some(TrainingKind::Subject),
            county: Some(COUNTIES[dice.below(COUNTIES.len())].to_owned()),
            ..Institution::default()
        };
        HeldInstitution { id, institution }
    };
    (1..=i64::try_from(count).unwrap_or(i64::MAX)).map(one).collect()
}

/// What a lead shows: of every four one is an institution under a shorter name, the others are strangers with a likely one.
pub fn lead(held: &[HeldInstitution], dice: &mut Dice) -> Known {
    let (_, sign) = name(dice);
    let stranger = Known {
        names: vec![format!("{sign}教育"), "数学王老师".to_owned()],
        addresses: vec![address(dice)],
        phones: vec![format!("139{:08}", dice.below(100_000_000))],
        counties: vec![COUNTIES[dice.below(COUNTIES.len())].to_owned()],
        subjects: vec![Subject::Math],
        ..Known::default()
    };
    let row = &held[dice.below(held.len())].institution;
    match dice.below(4) {
        0 => Known {
            names: vec![row.name.trim_start_matches("朝阳市").to_owned()],
            phones: row.phones.clone(),
            ..stranger
        },
        _ => stranger,
    }
}
