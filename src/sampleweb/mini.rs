//! 凌河生活: what a mini-program's back end offers, a POST list and share pages.

use super::{Answer, Ask, Site, content::Content};
use maud::{DOCTYPE, PreEscaped, html};
use serde_json::json;

const ROBOTS: &str = "User-agent: *\nDisallow: /api/order/\nDisallow: /pay/\n";

/// The largest page the list gives out.
const LARGEST_PAGE: u64 = 20;

/// Answers one request.
#[must_use]
pub fn answer(content: &Content, ask: &Ask) -> Answer {
    match (ask.method.as_str(), ask.path.as_str()) {
        ("GET", "/robots.txt") => Answer::text(ROBOTS),
        ("POST", "/api/shop/list") => list(content, &ask.body),
        (_, "/api/shop/list") => Answer::json(405, &json!({"code": 405, "msg": "POST only"})),
        ("GET", "/share/item") => ask
            .param("id")
            .and_then(|id| share(content, id))
            .unwrap_or_else(|| Answer::html(404, "<!DOCTYPE html><title>凌河生活</title><p>商品已下架</p>".to_owned())),
        _ => Answer::json(404, &json!({"code": 404, "msg": "not found"})),
    }
}

fn list(content: &Content, body: &[u8]) -> Answer {
    let Ok(asked) = serde_json::from_slice::<serde_json::Value>(body) else {
        return Answer::json(400, &json!({"code": 400, "msg": "body is not JSON"}));
    };
    let number = |name: &str, otherwise| asked.get(name).map_or(Some(otherwise), serde_json::Value::as_u64);
    let (Some(page @ 1..), Some(size @ 1..=LARGEST_PAGE)) = (number("page", 1), number("size", 10)) else {
        return Answer::json(400, &json!({"code": 400, "msg": "page or size out of range"}));
    };
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let items: Vec<_> = content
        .of(Site::Mini)
        .skip(skip)
        .take(usize::try_from(size).unwrap_or(usize::MAX))
        .map(|item| json!({"id": item.id, "name": item.title}))
        .collect();
    let total = content.of(Site::Mini).count();
    Answer::json(200, &json!({"code": 0, "result": {"list": items, "total": total, "page": page}}))
}

fn share(content: &Content, id: &str) -> Option<Answer> {
    let item = content.find(Site::Mini, id)?;
    // `<` is written as an escape: a text that holds `</script>` must not end the script.
    let state = json!({"item": {"id": item.id, "name": item.title, "shop": item.author, "city": item.site_city}})
        .to_string()
        .replace('<', "\\u003c");
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head { meta charset="utf-8"; title { (item.title) " - 凌河生活" } }
            body {
                h1.name { (item.title) }
                div.intro { @for line in item.body.lines() { p { (line) } } }
                div.meta {
                    span.price { (item.price) } " " span.shop { (item.author) } " " span.addr { (item.location) } " "
                    span.city { (item.site_city) } " " span.date { (item.posted_words(content.today)) }
                }
                script { (PreEscaped(format!("window.__STATE__={state};"))) }
            }
        }
    };
    Some(Answer::html(200, page.into_string()))
}

#[cfg(test)]
mod tests {
    use super::super::content::bundled;
    use super::*;

    fn post(body: &str) -> Answer {
        let ask = Ask { method: "POST".into(), path: "/api/shop/list".into(), body: body.into(), ..Ask::default() };
        answer(&bundled(), &ask)
    }

    #[test]
    fn pages_of_the_list_and_their_share_pages() {
        let content = bundled();
        let mut ids = Vec::new();
        for page in 1.. {
            let answer = post(&format!(r#"{{"page":{page},"size":10}}"#));
            let answer: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
            let list = answer["result"]["list"].as_array().expect("a list").clone();
            if list.is_empty() {
                break;
            }
            ids.extend(list.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
        }
        assert_eq!(ids, content.of(Site::Mini).map(|item| item.id.clone()).collect::<Vec<_>>());
        assert!(ids.iter().all(|id| share(&content, id).is_some()));
    }

    #[test]
    fn odd_bodies_are_refused() {
        for body in ["", "x", r#"{"page":0}"#, r#"{"page":1,"size":9999}"#, r#"{"page":"1"}"#] {
            assert_eq!(post(body).status, 400, "{body}");
        }
        assert_eq!(post(&format!(r#"{{"page":{}}}"#, u64::MAX)).status, 200, "far beyond the end: an empty list");
    }

    #[test]
    fn the_state_object_cannot_be_broken_out_of() {
        let mut one = bundled().find(Site::Mini, "m001").expect("an item").clone();
        one.title = "</script><script>alert(1)</script>".to_owned();
        let page = share(&Content::new(vec![one], bundled().today), "m001").expect("the item");
        let text = String::from_utf8(page.body).expect("UTF-8");
        assert_eq!(text.matches("<script>").count(), 1);
    }
}
