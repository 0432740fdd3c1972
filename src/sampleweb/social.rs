//! 慕容圈: short notes behind a JSON list with opaque cursors.

use super::{Answer, Ask, Site, content::Content};
use maud::{DOCTYPE, html};
use serde_json::json;

/// Notes of one answer.
const PER_PAGE: usize = 10;

const ROBOTS: &str = "User-agent: *\nDisallow: /user/\nDisallow: /api/message/\n";

/// Builds the front page from the public list. Texts go in as text, so a note cannot become a script.
const SCRIPT: &str = r"
const put = (parent, tag, name, text) => {
  const element = parent.appendChild(document.createElement(tag));
  element.className = name;
  element.textContent = text;
  return element;
};
fetch('/api/notes').then(answer => answer.json()).then(answer => {
  const app = document.getElementById('app');
  for (const note of answer.data.notes) {
    const card = put(app, 'article', 'note', '');
    put(card, 'a', 'title', note.title).href = note.share_url;
    const text = put(card, 'div', 'desc', '');
    for (const line of note.desc.split('\n')) put(text, 'p', '', line);
    put(card, 'span', 'author', note.user.nickname);
    put(card, 'span', 'loc', note.ip_location);
    put(card, 'span', 'city', note.city);
    put(card, 'span', 'time', note.time_text);
  }
});
";

/// Answers one request.
#[must_use]
pub fn answer(content: &Content, ask: &Ask) -> Answer {
    match (ask.method.as_str(), ask.path.as_str()) {
        ("GET", "/robots.txt") => Answer::text(ROBOTS),
        ("GET", "/" | "/explore") => shell(),
        ("GET", "/static/app.js") => Answer::new(200, "text/javascript; charset=utf-8", SCRIPT),
        ("GET", "/api/notes") => notes(content, ask),
        ("GET", path) => path
            .strip_prefix("/note/")
            .and_then(|id| note(content, id))
            .unwrap_or_else(|| Answer::html(404, "<!DOCTYPE html><title>慕容圈</title><p>笔记不见了</p>".to_owned())),
        _ => Answer::json(405, &json!({"code": 405, "msg": "method not allowed"})),
    }
}

/// The page holds nothing until its script has run.
fn shell() -> Answer {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head { meta charset="utf-8"; title { "慕容圈 - 发现身边的生活" } }
            body {
                div #app {}
                noscript { "请启用 JavaScript 后浏览" }
                script src="/static/app.js" {}
                // As most sites have it: somebody else counts the visitors.
                script src="https://stats.example.com/count.js" async {}
            }
        }
    };
    Answer::html(200, page.into_string())
}

fn notes(content: &Content, ask: &Ask) -> Answer {
    let Some(offset) = ask.param("cursor").map_or(Some(0), read_cursor) else {
        return Answer::json(400, &json!({"code": 400, "msg": "bad cursor"}));
    };
    let total = content.of(Site::Social).count();
    let notes: Vec<_> = content
        .of(Site::Social)
        .skip(offset)
        .take(PER_PAGE)
        .map(|note| {
            json!({
                "note_id": note.id,
                "title": note.title,
                "desc": note.body,
                "user": {"nickname": note.author},
                "ip_location": note.location,
                "city": note.site_city,
                "price": note.price,
                "time_text": note.posted_words(content.today),
                "share_url": format!("/note/{}", note.id),
            })
        })
        .collect();
    let next = offset.saturating_add(PER_PAGE);
    let has_more = next < total;
    let cursor = if has_more { write_cursor(next) } else { String::new() };
    Answer::json(200, &json!({"code": 0, "data": {"notes": notes, "cursor": cursor, "has_more": has_more}}))
}

fn note(content: &Content, id: &str) -> Option<Answer> {
    let note = content.find(Site::Social, id)?;
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head { meta charset="utf-8"; title { (note.title) " - 慕容圈" } }
            body {
                h1.title { (note.title) }
                div.desc { @for line in note.body.lines() { p { (line) } } }
                span.author { (note.author) } " " span.loc { (note.location) } " "
                span.time { (note.posted_words(content.today)) }
            }
        }
    };
    Some(Answer::html(200, page.into_string()))
}

fn write_cursor(offset: usize) -> String {
    format!("mr{:06x}z", offset * 7919 + 13)
}

fn read_cursor(cursor: &str) -> Option<usize> {
    if cursor.is_empty() {
        return Some(0);
    }
    let number = usize::from_str_radix(cursor.strip_prefix("mr")?.strip_suffix('z')?, 16).ok()?;
    number.checked_sub(13).filter(|rest| rest.is_multiple_of(7919)).map(|rest| rest / 7919)
}

#[cfg(test)]
mod tests {
    use super::super::content::bundled;
    use super::*;

    #[test]
    fn cursors_lead_through_every_note_once() {
        let content = bundled();
        let (mut cursor, mut ids) = (String::new(), Vec::new());
        for _ in 0..50 {
            let ask = Ask {
                method: "GET".into(),
                path: "/api/notes".into(),
                query: vec![("cursor".into(), cursor.clone())],
                ..Ask::default()
            };
            let answer: serde_json::Value = serde_json::from_slice(&answer(&content, &ask).body).expect("JSON");
            let notes = answer["data"]["notes"].as_array().expect("a list").clone();
            ids.extend(notes.iter().filter_map(|note| note["note_id"].as_str().map(str::to_owned)));
            cursor = answer["data"]["cursor"].as_str().expect("a cursor").to_owned();
            if answer["data"]["has_more"] == false {
                break;
            }
        }
        assert_eq!(ids, content.of(Site::Social).map(|note| note.id.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        for cursor in ["10", "mrz", "mr00000ez", "mr-1z", "mrffffffffffffffffffffz", "数学"] {
            assert_eq!(read_cursor(cursor), None, "{cursor}");
        }
        assert_eq!(read_cursor(&write_cursor(20)), Some(20));
    }
}
