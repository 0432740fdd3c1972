//! Who acts.

use crate::domain::Role;
use serde::{Deserialize, Serialize};

/// The longest name taken, in characters.
const LONGEST: usize = 40;

/// A person, or the program, as the one who moves a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    name: String,
    role: Role,
    county: Option<String>,
}

/// Why a name is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("姓名“{found}”不可用：应为 1 至 {LONGEST} 个可见字符，且不得为“系统”")]
pub struct NameError {
    /// What was given, without what cannot be seen.
    pub found: String,
}

impl Actor {
    /// A person. Blanks around and doubled inside the name do not count.
    ///
    /// ```
    /// use tanzhao::{domain::Role, leads::lifecycle::Actor};
    /// let one = Actor::person(" 张三 ", Role::Analyst).unwrap();
    /// assert!(one.is_same_person("张三"));
    /// assert!(Actor::person("张\u{200b}三", Role::Analyst).is_err(), "looks like 张三 and is another name");
    /// ```
    ///
    /// # Errors
    /// A name that is empty, too long, the program's, or holds what nobody can see.
    pub fn person(name: &str, role: Role) -> Result<Self, NameError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let refused = || NameError { found: name.chars().filter(|c| visible(*c)).collect() };
        let usable = !name.is_empty() && name.chars().count() <= LONGEST && name.chars().all(visible);
        if !usable || key(&name) == key(Role::Program.zh()) || key(&name) == Role::Program.code() {
            return Err(refused());
        }
        Ok(Self { name, role, county: None })
    }

    /// The same person, answering for one county (its short name).
    #[must_use]
    pub fn of_county(self, county: impl Into<String>) -> Self {
        Self { county: Some(county.into()), ..self }
    }

    /// The program itself.
    #[must_use]
    pub fn program() -> Self {
        Self { name: Role::Program.zh().to_owned(), role: Role::Program, county: None }
    }

    /// The name as written.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they may do.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The county they answer for.
    #[must_use]
    pub fn county(&self) -> Option<&str> {
        self.county.as_deref()
    }

    /// Whether a name is theirs: blanks and the case of Latin letters do not make another person.
    #[must_use]
    pub fn is_same_person(&self, name: &str) -> bool {
        key(&self.name) == key(name)
    }
}

/// What a name is compared by.
pub(super) fn key(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether people see it: controls, joiners, direction marks and fillers make two names look alike.
fn visible(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    );
    !c.is_control() && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_person_however_it_is_typed() {
        let wang = Actor::person("Wang  Wu", Role::Reviewer).expect("a name");
        assert_eq!(wang.name(), "Wang Wu");
        for same in ["wang wu", " WANG WU ", "WangWu"] {
            assert!(wang.is_same_person(same), "{same}");
        }
        assert!(!wang.is_same_person("Wang Liu"));
    }

    #[test]
    fn nobody_takes_the_programs_name_or_an_unseen_one() {
        for bad in ["", "  ", "系统", "系 统", "Program", "张\u{202e}三", "a\u{7}b", &"长".repeat(41)] {
            assert!(Actor::person(bad, Role::Analyst).is_err(), "{bad:?}");
        }
    }
}
