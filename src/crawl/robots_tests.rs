//! What a robots.txt means: the facts that RFC 9309 and the test suite of Google's public matcher agree on, in own words.

use super::*;

fn copy(text: &[u8]) -> RobotsCopy {
    read(text.to_vec(), "TanzhaoBot", Timestamp::UNIX_EPOCH)
}

/// Whether `agent` may ask for the address under that text.
fn allowed(text: &str, agent: &str, url: &str) -> bool {
    let copy = read(text.as_bytes().to_vec(), agent, Timestamp::UNIX_EPOCH);
    matches!(ruling(&copy, agent, url), Ruling::Allowed(_))
}

/// Rules for everybody, and a path of the site.
fn open(rules: &str, path: &str) -> bool {
    allowed(&format!("user-agent: FooBot\n{rules}"), "FooBot", &format!("http://foo.bar{path}"))
}

#[test]
fn the_longest_rule_wins_and_our_group_comes_before_the_star() {
    let rules = copy(
        b"User-agent: *\nDisallow: /\n\nUser-agent: tanzhaobot\nDisallow: /user/\nAllow: /user/help$\nCrawl-delay: 7\n",
    );
    let ask = |path: &str| matches!(ruling(&rules, "TanzhaoBot", &format!("http://a.cn{path}")), Ruling::Allowed(_));
    assert!(ask("/ad/1.html"));
    assert!(!ask("/user/1"));
    assert!(ask("/user/help"));
    assert_eq!(rules.crawl_delay, Some(Duration::from_secs(7)));
}

#[test]
fn closed_is_not_open() {
    let closed = closed("status 503".into(), Timestamp::UNIX_EPOCH);
    assert_eq!(ruling(&closed, "TanzhaoBot", "http://a.cn/"), Ruling::Closed("status 503".into()));
}

#[test]
fn nothing_said_means_allowed() {
    assert!(allowed("", "FooBot", "http://foo.bar/x"));
    assert!(allowed("foo: FooBot\nbar: /\n", "FooBot", "http://foo.bar/x"), "unknown keys say nothing");
    assert!(open("disallow:\n", "/x"), "an empty disallow forbids nothing");
    assert!(allowed("user-agent: BarBot\ndisallow: /\n", "FooBot", "http://foo.bar/x"), "a group of somebody else");
}

#[test]
fn keys_and_names_are_read_without_regard_to_case_and_paths_with_it() {
    for text in
        ["USER-AGENT: FooBot\nDISALLOW: /\n", "user-agent: foobot\ndisallow: /\n", "User-Agent: FOOBOT\nDisallow: /\n"]
    {
        assert!(!allowed(text, "FooBot", "http://foo.bar/x"), "{text}");
    }
    assert!(!open("disallow: /X/\n", "/X/y"));
    assert!(open("disallow: /X/\n", "/x/y"));
}

#[test]
fn groups_gather_and_the_star_is_for_those_without_one() {
    let text = "user-agent: FooBot\ndisallow: /\nallow: /x/\nuser-agent: BarBot\ndisallow: /\nallow: /y/\n\n\n\nallow: /w/\nuser-agent: BazBot\n\nuser-agent: FooBot\nallow: /z/\ndisallow: /\n";
    let may = |agent: &str, path: &str| allowed(text, agent, &format!("http://foo.bar{path}"));
    assert!(may("FooBot", "/x/b") && may("FooBot", "/z/d") && !may("FooBot", "/y/c"));
    assert!(may("BarBot", "/y/c") && may("BarBot", "/w/a") && !may("BarBot", "/z/d"));
    assert!(may("BazBot", "/z/d"), "two names may share a group");
    let star = "user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n";
    assert!(!allowed(star, "FooBot", "http://foo.bar/x/y") && allowed(star, "BarBot", "http://foo.bar/x/y"));
    assert!(allowed("user-agent: FooBot\nallow: /\nuser-agent: *\ndisallow: /\n", "FooBot", "http://foo.bar/x"));
}

#[test]
fn the_longest_match_wins_and_a_tie_allows() {
    let path = "/x/page.html";
    assert!(!open("disallow: /x/page.html\nallow: /x/\n", path));
    assert!(open("allow: /x/page.html\ndisallow: /x/\n", path));
    assert!(!open("allow: /x/page.html\ndisallow: /x/\n", "/x/"));
    assert!(open("disallow: \nallow: \n", path));
    assert!(open("disallow: /\nallow: /\n", path));
    assert!(!open("disallow: /x\nallow: /x/\n", "/x") && open("disallow: /x\nallow: /x/\n", "/x/"));
    assert!(open("disallow: /x/page.html\nallow: /x/page.html\n", path));
    assert!(open("allow: /page\ndisallow: /*.html\n", "/page"));
    assert!(!open("allow: /page\ndisallow: /*.html\n", "/page.html"));
    assert!(open("allow: /x/page.\ndisallow: /*.html\n", path), "the longer pattern, stars counted");
    assert!(!open("allow: /x/page.\ndisallow: /*.html\n", "/x/y.html"));
}

#[test]
fn stars_and_dollars() {
    assert!(!open("disallow: /foo/bar/quz\nallow: /foo/*/qux\n", "/foo/bar/quz"));
    assert!(open("disallow: /foo/bar/quz\nallow: /foo/*/qux\n", "/foo/bar/qux"));
    assert!(!open("disallow: /*/quz\n", "/foo/bar/quz/x") && !open("disallow: /*/quz\n", "/a//quz"));
    assert!(open("disallow: /x/*$\nallow: /x/y$\n", "/x/y") && !open("disallow: /x/*$\nallow: /x/y$\n", "/x/z"));
    assert!(!open("disallow: /foo/bar$\n", "/foo/bar") && open("disallow: /foo/bar$\n", "/foo/bar/baz"));
    assert!(!open("allow: /$\ndisallow: /\n", "/page") && open("allow: /$\ndisallow: /\n", "/"));
    assert!(!open("disallow: /*.php$\n", "/a/b.php") && open("disallow: /*.php$\n", "/a/b.php?x=1"));
    assert!(!open("disallow: /fish*\n", "/fishheads/yummy.html") && open("disallow: /fish*\n", "/Fish.asp"));
    assert!(!open("disallow: /fish/\n", "/fish/?id=any") && open("disallow: /fish/\n", "/fish"));
}

#[test]
fn escapes_and_other_scripts_are_the_same_address() {
    let taught = "disallow: /\nallow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par\n";
    assert!(open(taught, "/foo/bar?qux=taz&baz=http://foo.bar?tar&par"));
    assert!(open("disallow: /\nallow: /foo/bar/\u{30c4}\n", "/foo/bar/%E3%83%84"));
    assert!(open("disallow: /\nallow: /foo/bar/%E3%83%84\n", "/foo/bar/%E3%83%84"));
    assert!(!open("disallow: /辅导/\n", "/%E8%BE%85%E5%AF%BC/1.html"), "a path of our own sites");
}

#[test]
fn comments_line_ends_marks_and_junk_do_no_harm() {
    assert!(!open("disallow: /x # not for us\n", "/x/y"));
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("User-Agent: foo{end}Allow: /some/path{end}User-Agent: bar{end}{end}{end}Disallow: /");
        assert!(!allowed(&text, "bar", "http://foo.bar/page"), "{end:?}");
        assert!(allowed(&text, "foo", "http://foo.bar/some/path"), "{end:?}");
    }
    let marked = b"\xEF\xBB\xBFUser-Agent: TanzhaoBot\nDisallow: /\n";
    assert!(matches!(ruling(&copy(marked), "TanzhaoBot", "http://a.cn/x"), Ruling::Disallowed(_)));
    // Bytes that are no text at all, before and after a rule, must not open what the rule closes.
    let junk = b"\xff\xfe\x00\nUser-agent: *\nDisallow: /\n\xff\xff: x\n";
    assert!(!matches!(ruling(&copy(junk), "TanzhaoBot", "http://a.cn/x"), Ruling::Allowed(_)));
    assert!(!allowed("user-agent:FooBot\ndisallow:/\n", "FooBot", "http://foo.bar/x"), "no blank behind the colon");
    assert!(!allowed("  user-agent :  FooBot  \n  disallow  :  /  \n", "FooBot", "http://foo.bar/x"), "blanks around");
    assert!(!allowed(
        "Sitemap: http://foo.bar/s.xml\nuser-agent: FooBot\nSitemap: /t.xml\ndisallow: /\n",
        "FooBot",
        "http://foo.bar/x"
    ));
}

#[test]
fn long_files_count_up_to_the_limit() {
    let mut text = b"User-agent: *\nDisallow: /first/\n".to_vec();
    text.resize(LIMIT + 10, b'#');
    text.extend_from_slice(b"\nDisallow: /late/\n");
    let kept = copy(&text);
    assert!(matches!(ruling(&kept, "TanzhaoBot", "http://a.cn/first/1"), Ruling::Disallowed(_)));
    assert!(matches!(ruling(&kept, "TanzhaoBot", "http://a.cn/late/1"), Ruling::Allowed(_)));
}

#[test]
fn a_delay_is_never_clamped() {
    assert_eq!(copy(b"user-agent: *\ncrawl-delay: 3600\n").crawl_delay, Some(Duration::from_hours(1)));
    assert_eq!(copy(b"user-agent: *\ncrawl-delay: 0.5\n").crawl_delay, Some(Duration::from_millis(500)));
    assert_eq!(copy(b"user-agent: *\ncrawl-delay: soon\ndisallow: /x\n").crawl_delay, None);
}
