//! `[[people]]`: who works with the program, and as what.

use crate::{domain::Role, leads::lifecycle::Actor};
use serde::Deserialize;

/// One entry as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPerson {
    name: String,
    role: String,
    county: Option<String>,
}

/// Checks the entries; problems are pushed with the byte where their entry begins.
pub(super) fn check(raw: Vec<toml::Spanned<RawPerson>>, problems: &mut Vec<(usize, String)>) -> Vec<Actor> {
    let mut people: Vec<Actor> = Vec::new();
    let (first, before) = (raw.first().map_or(0, |entry| entry.span().start), problems.len());
    for entry in raw {
        let at = entry.span().start;
        match person(entry.get_ref()) {
            Ok(one) if people.iter().any(|known| known.is_same_person(one.name())) => {
                problems.push((at, format!("people.name: found `{}` twice, expected every person once", one.name())));
            }
            Ok(one) => people.push(one),
            Err(problem) => problems.push((at, problem)),
        }
    }
    let judges = people.iter().filter(|one| matches!(one.role(), Role::Analyst | Role::Reviewer)).count();
    let reviewers = people.iter().filter(|one| one.role() == Role::Reviewer).count();
    // Else no lead could ever be confirmed, which somebody would find out weeks later.
    if problems.len() == before && !people.is_empty() && (reviewers == 0 || judges < 2) {
        let found = format!("people: found {reviewers} reviewers among {judges} who judge leads");
        problems.push((first, format!("{found}, expected a reviewer and one more reviewer or analyst")));
    }
    people
}

fn person(raw: &RawPerson) -> Result<Actor, String> {
    let role = match raw.role.parse() {
        Ok(role) if role != Role::Program => role,
        _ => {
            return Err(format!("people.role: found `{}`, expected one of analyst, reviewer, county, admin", raw.role));
        }
    };
    let one = Actor::person(&raw.name, role).map_err(|error| format!("people.name: {error}"))?;
    match (role, raw.county.as_deref().map(str::trim)) {
        (Role::County, Some(county)) if !county.is_empty() => Ok(one.of_county(county)),
        (Role::County, _) => {
            Err(format!("people.county: found none for `{}`, expected the name of a county", one.name()))
        }
        (_, Some(county)) => {
            Err(format!("people.county: found `{county}` for `{}`, expected it with role county only", one.name()))
        }
        (_, None) => Ok(one),
    }
}

#[cfg(test)]
mod tests {
    use crate::{config::Config, leads::lifecycle::Actor};

    fn problems(text: &str) -> String {
        Config::parse("t.toml", text).map(|config| format!("{:?}", config.people)).expect_err(text).to_string()
    }

    const PAIR: &str =
        "[[people]]\nname = \"张三\"\nrole = \"analyst\"\n[[people]]\nname = \"王五\"\nrole = \"reviewer\"\n";

    #[test]
    fn people_are_read() {
        let text = format!("{PAIR}[[people]]\nname = \"李四\"\nrole = \"county\"\ncounty = \"双塔区\"\n");
        let people = Config::parse("t.toml", &text).expect("good").people;
        assert_eq!(people.iter().map(Actor::name).collect::<Vec<_>>(), ["张三", "王五", "李四"]);
        assert_eq!(people[2].county(), Some("双塔区"));
    }

    #[test]
    fn every_problem_has_its_line_and_what_was_expected() {
        for (text, problem) in [
            (
                "[[people]]\nname = \"张 三\"\nrole = \"analyst\"",
                "t.toml:7: people.name: found `张 三` twice, expected every person once",
            ),
            (
                "[[people]]\nname = \"赵六\"\nrole = \"program\"",
                "t.toml:7: people.role: found `program`, expected one of analyst, reviewer, county, admin",
            ),
            (
                "[[people]]\nname = \"赵六\"\nrole = \"county\"",
                "t.toml:7: people.county: found none for `赵六`, expected the name of a county",
            ),
            (
                "[[people]]\nname = \"赵六\"\nrole = \"admin\"\ncounty = \"双塔区\"",
                "t.toml:7: people.county: found `双塔区` for `赵六`, expected it with role county only",
            ),
        ] {
            assert_eq!(problems(&format!("{PAIR}{text}\n")), problem);
        }
        let alone = problems("[[people]]\nname = \"王五\"\nrole = \"reviewer\"\n");
        assert_eq!(
            alone,
            "t.toml:1: people: found 1 reviewers among 1 who judge leads, expected a reviewer and one more reviewer or analyst"
        );
        assert!(
            problems("[[people]]\nname = \"王五\"\nrole = \"reviewer\"\npassword = \"x\"\n").contains("unknown field")
        );
    }
}
