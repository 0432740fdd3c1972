//! How a list goes on: the next request, made from this one.

use super::lookup::text_of;
use crate::domain::Request;
use crate::sources::ParamPlace;
use serde_json::Value;
use url::Url;

/// The request for the next page number, within the range from `first` to `max`.
pub fn next_number(
    request: &Request,
    place: &ParamPlace,
    (first, max): (u32, u32),
    notes: &mut Vec<String>,
) -> Option<Request> {
    let current = current(request, place).and_then(|text| text.parse().ok()).unwrap_or(first);
    let next = current.checked_add(1)?;
    if next > max {
        notes.push(format!("page {current} is the last the definition allows"));
        return None;
    }
    with(request, place, &Value::from(next), notes)
}

/// The request for the rows after these, while the offset is no more than `max`.
pub fn next_offset(
    request: &Request,
    place: &ParamPlace,
    (step, max): (u32, u32),
    notes: &mut Vec<String>,
) -> Option<Request> {
    let current: u32 = current(request, place).and_then(|text| text.parse().ok()).unwrap_or(0);
    let next = current.checked_add(step)?;
    if next > max {
        notes.push(format!("offset {current} is the last the definition allows"));
        return None;
    }
    with(request, place, &Value::from(next), notes)
}

/// Whether an answer says that there is no more: nothing, null, false, zero, or these in words.
pub fn says_no(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::Number(number)) => number.as_f64() == Some(0.0),
        Some(Value::String(text)) => {
            ["", "0", "false", "no", "n", "null"].contains(&text.trim().to_ascii_lowercase().as_str())
        }
        Some(_) => false,
    }
}

/// The request for the page behind a cursor; a cursor that leads to itself is the end.
pub fn next_cursor(request: &Request, place: &ParamPlace, cursor: &Value, notes: &mut Vec<String>) -> Option<Request> {
    if text_of(cursor) == current(request, place) {
        notes.push("the cursor leads to the same page".to_owned());
        return None;
    }
    with(request, place, cursor, notes)
}

fn current(request: &Request, place: &ParamPlace) -> Option<String> {
    match place {
        ParamPlace::Query { param } => {
            let url = Url::parse(&request.url).ok()?;
            url.query_pairs().find(|(key, _)| key == param).map(|(_, value)| value.into_owned())
        }
        ParamPlace::Body { pointer } => {
            let body: Value = serde_json::from_str(request.post_body.as_deref()?).ok()?;
            text_of(body.pointer(pointer)?)
        }
    }
}

fn with(request: &Request, place: &ParamPlace, value: &Value, notes: &mut Vec<String>) -> Option<Request> {
    match place {
        ParamPlace::Query { param } => {
            let mut url = Url::parse(&request.url).ok()?;
            let others: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(key, _)| key != param)
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect();
            url.query_pairs_mut().clear().extend_pairs(others).append_pair(param, &text_of(value)?);
            Some(Request { url: url.into(), post_body: request.post_body.clone() })
        }
        ParamPlace::Body { pointer } => {
            let body = request.post_body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
            let Some(body) = body.and_then(|body| put(body, pointer, value)) else {
                notes.push(format!("the request has no {pointer} to put the next page in"));
                return None;
            };
            Some(Request { url: request.url.clone(), post_body: Some(body.to_string()) })
        }
    }
}

/// The body with the value at its place. A first request often has no cursor yet, so a missing member of an object that
/// is there is added; a number goes in as a string where a string stood.
fn put(mut body: Value, pointer: &str, value: &Value) -> Option<Value> {
    if let Some(old) = body.pointer_mut(pointer) {
        *old = match (&old, value) {
            (Value::String(_), Value::Number(number)) => Value::String(number.to_string()),
            _ => value.clone(),
        };
        return Some(body);
    }
    let (parent, name) = pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    body.pointer_mut(parent)?.as_object_mut()?.insert(name, value.clone());
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query() -> ParamPlace {
        ParamPlace::Query { param: "c".into() }
    }

    fn body(pointer: &str) -> ParamPlace {
        ParamPlace::Body { pointer: pointer.into() }
    }

    fn post(body: &str) -> Request {
        Request { url: "http://a.cn/api?x=1".into(), post_body: Some(body.into()) }
    }

    #[test]
    fn a_cursor_goes_into_the_query_or_the_body() {
        let mut notes = Vec::new();
        let get = Request::get("http://a.cn/api?x=1&c=a");
        let next = next_cursor(&get, &query(), &json!("b 1"), &mut notes).expect("a request");
        assert_eq!(next.url, "http://a.cn/api?x=1&c=b+1");
        for (sent, place, cursor, expected) in [
            (r#"{"cursor":"a","size":10}"#, "/cursor", json!("b"), r#"{"cursor":"b","size":10}"#),
            (r#"{"size":10}"#, "/cursor", json!("b"), r#"{"size":10,"cursor":"b"}"#),
            (r#"{"page":{"size":10}}"#, "/page/last_id", json!(77), r#"{"page":{"size":10,"last_id":77}}"#),
            (r#"{"since":"5"}"#, "/since", json!(9), r#"{"since":"9"}"#),
            (r#"{"since":5}"#, "/since", json!("9"), r#"{"since":"9"}"#),
        ] {
            let next = next_cursor(&post(sent), &body(place), &cursor, &mut notes).expect("a request");
            assert_eq!((next.url.as_str(), next.post_body.as_deref()), ("http://a.cn/api?x=1", Some(expected)));
        }
        assert!(notes.is_empty());
        assert_eq!(next_cursor(&post("{}"), &body("/page/last_id"), &json!(1), &mut notes), None);
        assert_eq!(next_cursor(&Request::get("http://a.cn"), &body("/c"), &json!(1), &mut notes), None);
        assert_eq!(next_cursor(&get, &query(), &json!("a"), &mut notes), None);
        assert_eq!(
            notes,
            [
                "the request has no /page/last_id to put the next page in",
                "the request has no /c to put the next page in",
                "the cursor leads to the same page",
            ]
        );
    }

    #[test]
    fn numbers_and_offsets_count_on_to_the_last() {
        let mut notes = Vec::new();
        let next = next_number(&post(r#"{"page":"1"}"#), &body("/page"), (1, 2), &mut notes).expect("a request");
        assert_eq!(next.post_body.as_deref(), Some(r#"{"page":"2"}"#));
        assert_eq!(next_number(&next, &body("/page"), (1, 2), &mut notes), None);
        let first = Request::get("http://a.cn/api");
        let second = next_offset(&first, &query(), (20, 40), &mut notes).expect("a request");
        let third = next_offset(&second, &query(), (20, 40), &mut notes).expect("a request");
        assert_eq!((second.url.as_str(), third.url.as_str()), ("http://a.cn/api?c=20", "http://a.cn/api?c=40"));
        assert_eq!(next_offset(&third, &query(), (20, 40), &mut notes), None);
        assert_eq!(notes, ["page 2 is the last the definition allows", "offset 40 is the last the definition allows"]);
    }

    #[test]
    fn the_ways_to_say_no_more() {
        for value in [json!(null), json!(false), json!(0), json!(0.0), json!("0"), json!("False"), json!("")] {
            assert!(says_no(Some(&value)), "{value}");
        }
        for value in [json!(true), json!(1), json!("1"), json!("true"), json!({}), json!([])] {
            assert!(!says_no(Some(&value)), "{value}");
        }
        assert!(says_no(None));
    }
}
