//! What tells operators apart in a listing: contacts, accounts, shop names and addresses.

use crate::domain::{Contact, ContactKind, Jurisdiction, Listing, SourceId};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What kind of identifier it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// A phone number, WeChat id or QQ number; the kind is ignored, since sellers give a phone as WeChat and back.
    Contact,
    /// A poster's account on one source, where its name is not one that many share.
    Account,
    /// The name of a shop, within one county.
    Name,
    /// A flat or a room, within one county.
    Address,
}

impl IdentifierKind {
    /// The name in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Account => "account",
            Self::Name => "name",
            Self::Address => "address",
        }
    }

    /// The word people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Contact => "联系方式",
            Self::Account => "发布账号",
            Self::Name => "名称",
            Self::Address => "地址",
        }
    }
}

/// A value that may name one operator.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// Normalised; names and addresses begin with their county, accounts with their source.
    pub value: String,
}

impl Identifier {
    /// A number for it that is the same everywhere: FNV-1a over kind and value, without its sign bit so that a database can
    /// use it as a key. Two of ten million identifiers share one with a probability below 1 in 100,000.
    #[must_use]
    pub fn key(&self) -> i64 {
        let bytes = self.kind.code().bytes().chain([0]).chain(self.value.bytes());
        let hash = bytes
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        (hash >> 1).cast_signed()
    }

    /// The value without the county or source in front of it.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self.kind {
            IdentifierKind::Contact => &self.value,
            _ => self.value.split_once('|').map_or(self.value.as_str(), |(_, rest)| rest),
        }
    }
}

/// Everything in a listing that may name its operator, sorted.
#[must_use]
pub fn identifiers(listing: &Listing, contacts: &[Contact], county: &Jurisdiction) -> Vec<Identifier> {
    let mut found: Vec<Identifier> =
        contacts.iter().flat_map(keys).map(|value| Identifier { kind: IdentifierKind::Contact, value }).collect();
    let author = listing.author.as_deref().map(str::trim).unwrap_or_default();
    found.extend(account(&listing.source, author));
    // Shops and flats of the same name are found in every county.
    if let Jurisdiction::Place(county) = county {
        let here = |kind, value: String| Identifier { kind, value: format!("{county}|{value}") };
        found.extend(shop_name(author).map(|name| here(IdentifierKind::Name, name)));
        let quoted = [&listing.title, &listing.body].into_iter().flat_map(|text| QUOTED.captures_iter(text));
        found.extend(
            quoted.filter_map(|quote| shop_name(quote.get(1)?.as_str())).map(|name| here(IdentifierKind::Name, name)),
        );
        found.extend(addresses(&listing.body).map(|address| here(IdentifierKind::Address, address)));
    }
    found.sort();
    found.dedup();
    // Who lists many numbers, shops or flats keeps a directory; it would make one operator of all of them.
    found.chunk_by(|a, b| a.kind == b.kind).filter(|same| same.len() <= DIRECTORY).flatten().cloned().collect()
}

/// Identifiers of one kind in a listing beyond which it speaks of several operators and links nobody through them.
const DIRECTORY: usize = 8;

/// The poster's account, where its name is one that nobody else is likely to have chosen: 李老师 is not, `lx_0421_math` is.
pub(super) fn account(source: &SourceId, author: &str) -> Option<Identifier> {
    let value = format!("{}|{}", source.0, author.to_lowercase());
    is_account(author).then_some(Identifier { kind: IdentifierKind::Account, value })
}

/// The values by which a contact is compared.
///
/// A WeChat id that holds a mobile number (`wx13900000001`) also counts as that number.
#[must_use]
pub fn keys(contact: &Contact) -> Vec<String> {
    let value = contact.value.trim().trim_start_matches('+').to_lowercase();
    if value.is_empty() {
        return Vec::new();
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        let national = value.strip_prefix("86").filter(|rest| is_mobile(rest));
        return vec![national.map_or(value.clone(), str::to_owned)];
    }
    let mut found = vec![value.clone()];
    if contact.kind == ContactKind::Wechat {
        found.extend(value.split(|c: char| !c.is_ascii_digit()).filter(|run| is_mobile(run)).map(str::to_owned));
    }
    found
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// Numbers that companies share with their customers, by value: 400/800, 95/96 and 12xxx.
#[must_use]
pub(super) fn is_service_number(contact: &Contact) -> bool {
    let digits = contact.value.as_str();
    // Only phones: a QQ number may begin with 96.
    contact.kind == ContactKind::Phone
        && ((digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")))
            || (matches!(digits.len(), 5..=8) && (digits.starts_with("95") || digits.starts_with("96")))
            || (matches!(digits.len(), 3..=5) && digits.starts_with('1')))
}

fn is_account(author: &str) -> bool {
    let latin = author.chars().filter(char::is_ascii_alphanumeric).count();
    let letters = author.chars().filter(|c| c.is_alphabetic()).count();
    let digits = author.chars().filter(char::is_ascii_digit).count();
    let common = COMMON_AUTHOR.is_match(author);
    !common && ((latin >= 6 && digits > 0) || latin >= 9 || (letters >= 5 && latin < letters))
}

/// 用户123456 is given by the site and is an account of its own; 匿名用户 and 朝阳市民 are everybody.
static COMMON_AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "匿名|网友|游客|手机用户$|微信用户$|本地(?:生活|信息)|(?:女士|先生|老师|妈妈|爸爸|阿姨|大姐|同学|家长)[\\p{Han}]{0,2}$",
    )
});
static QUOTED: LazyLock<Regex> = LazyLock::new(|| regex("[【「『“《\\[]([^】」』”》\\]\n]{3,16})[】」』”》\\]]"));
static SHOP: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "^([\\p{Han}A-Za-z]{2,8}?)(?:教育(?:咨询|科技|培训)?|学堂|书院|工作室|托管(?:班|中心)?|培训(?:班|中心|学校)?|课堂|学苑|自习室|辅导(?:班|中心)?|文化传播|家政|小饭桌|晚托|研学|书屋)",
    )
});
/// What the shop sells and where is not what it is called.
static NO_NAME: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "^(?:[小初高]中?学?|中学|小学|初中|高中|数学|语文|英语|物理|化学|全科|专业|学生|儿童|少儿|课后|课外|假期|寒假|暑假|暑期|周末|晚间|午间|一对一|小班|精品|名师|素质|家庭|校外|本地|朝阳市?|双塔区?|龙城区?|北票市?|凌源市?|建平县?|喀左县?|线上|线下|网络|免费|思维|作业|辅导|家教|托管|培训|在线|[\\p{Han}]{1,2}老师)+$",
    )
});
/// An estate, a building and at least a unit or a room: 凤凰新城12号楼2单元301.
static FLAT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "([\\p{Han}]{2,3})\\s*(\\d{1,3})\\s*(?:号楼|栋|幢|#楼|#)\\s*(?:(\\d{1,2})\\s*单元)?\\s*(?:[\\d一二三四五六七八九十]{1,2}\\s*[楼层])?\\s*(?:(\\d{3,4})\\s*室?)?",
    )
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant of this file, tried by its tests")
}

/// The telling part of a shop's name; `None` when it is only what is sold or where.
fn shop_name(text: &str) -> Option<String> {
    let name = SHOP.captures(text.trim())?.get(1)?.as_str().to_lowercase();
    (!NO_NAME.is_match(&name)).then_some(name)
}

fn addresses(text: &str) -> impl Iterator<Item = String> + '_ {
    FLAT.captures_iter(text).filter_map(|flat| {
        let part = |at: usize| flat.get(at).map(|found| found.as_str());
        let (estate, building) = (part(1)?, part(2)?);
        let (unit, room) = (part(3), part(4));
        (unit.is_some() || room.is_some()).then(|| {
            let unit = unit.map_or_else(String::new, |unit| format!("{unit}单元"));
            format!("{estate}{building}号楼{unit}{}", room.unwrap_or_default())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Span;
    use crate::leads::samples;

    fn contact(kind: ContactKind, value: &str) -> Contact {
        Contact { kind, value: value.into(), span: Span::new(0, 1), disguised: false }
    }

    #[test]
    fn the_kind_and_the_country_code_do_not_matter() {
        let phone = keys(&contact(ContactKind::Phone, "13900000001"));
        assert_eq!(keys(&contact(ContactKind::Phone, "8613900000001")), phone);
        assert_eq!(keys(&contact(ContactKind::Wechat, "13900000001")), phone);
        assert!(keys(&contact(ContactKind::Wechat, "wx13900000001")).contains(&phone[0]));
        assert_eq!(keys(&contact(ContactKind::Wechat, "Teacher_Li")), ["teacher_li"]);
        assert!(keys(&contact(ContactKind::Qq, " ")).is_empty());
    }

    #[test]
    fn service_numbers() {
        for value in ["4008001234", "96110", "12345", "110", "95588"] {
            assert!(is_service_number(&contact(ContactKind::Phone, value)), "{value}");
        }
        for (kind, value) in
            [(ContactKind::Qq, "961234"), (ContactKind::Phone, "13900000001"), (ContactKind::Phone, "2812345")]
        {
            assert!(!is_service_number(&contact(kind, value)), "{value}");
        }
    }

    #[test]
    fn only_names_that_few_choose_are_accounts() {
        for own in ["lx_0421_math", "用户8837261", "凤凰山下的小书桌", "chaoyangjiajiao"] {
            assert!(is_account(own), "{own}");
        }
        for common in ["李老师", "王女士", "匿名用户", "朵朵妈妈", "", "abc", "数学老师", "热心网友一枚"]
        {
            assert!(!is_account(common), "{common}");
        }
    }

    #[test]
    fn shops_are_known_by_what_only_they_are_called() {
        for (text, name) in [("启航教育王老师", "启航"), ("小书童托管班", "小书童"), ("ABC学堂", "abc")]
        {
            assert_eq!(shop_name(text).as_deref(), Some(name), "{text}");
        }
        for text in ["小学托管", "课后托管班", "数学培训", "王老师工作室", "我在家里带孩子", "朝阳市初中辅导班"]
        {
            assert_eq!(shop_name(text), None, "{text}");
        }
    }

    #[test]
    fn a_flat_is_written_one_way() {
        let found = |text: &str| addresses(text).collect::<Vec<_>>();
        assert_eq!(found("地址在凤凰新城12号楼2单元301,电话联系"), ["凰新城12号楼2单元301"]);
        assert_eq!(found("凤凰新城 12栋 2单元 301室"), ["凰新城12号楼2单元301"]);
        assert_eq!(found("文化路小区3号楼楼下,每节100元"), [""; 0]);
    }

    #[test]
    fn what_a_listing_gives() {
        let mut listing = samples::listing(1, "【启航教育】寒假班,凤凰新城12号楼2单元301");
        listing.author = Some("qihang_2020".into());
        let place = Jurisdiction::Place("双塔区".into());
        let found = identifiers(&listing, &[contact(ContactKind::Wechat, "qh13900000001")], &place);
        let shown: Vec<(&str, &str)> = found.iter().map(|one| (one.kind.code(), one.value.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("contact", "13900000001"),
                ("contact", "qh13900000001"),
                ("account", "one|qihang_2020"),
                ("name", "双塔区|启航"),
                ("address", "双塔区|凰新城12号楼2单元301"),
            ]
        );
        assert_eq!(found[4].shown(), "凰新城12号楼2单元301");
        assert!(identifiers(&listing, &[], &Jurisdiction::Unknown).len() == 1, "without a county only the account");
        let keys: std::collections::BTreeSet<i64> = found.iter().map(Identifier::key).collect();
        assert!(keys.len() == 5 && keys.iter().all(|key| *key >= 0));
    }

    #[test]
    fn a_directory_of_numbers_names_no_operator() {
        let listing = samples::listing(1, "各家补课电话大全");
        let numbers: Vec<Contact> = (0..9).map(|n| contact(ContactKind::Phone, &format!("1990421000{n}"))).collect();
        assert_eq!(identifiers(&listing, &numbers, &Jurisdiction::Unknown), []);
        assert_eq!(identifiers(&listing, &numbers[..8], &Jurisdiction::Unknown).len(), 8);
    }
}
