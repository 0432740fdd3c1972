use super::*;
use proptest::prelude::*;

fn subject(id: &str, weight: u32) -> DrawSubject {
    DrawSubject { id: id.into(), weight, excluded: false }
}

fn inspector(name: &str, avoid: &[&str]) -> Inspector {
    Inspector { name: name.into(), avoid: avoid.iter().map(|id| (*id).to_owned()).collect() }
}

fn inputs(seed: &str, count: usize) -> Inputs {
    let subjects = vec![subject("丙", 1), subject("甲", 3), subject("乙", 1), subject("A-7", 1)];
    let inspectors = vec![inspector("张三", &["甲"]), inspector("李四", &[]), inspector("王五", &[])];
    Inputs::new(seed, count, subjects, inspectors).expect("sound lists")
}

/// The method again, written down from its words alone and not from the code above; the Python check is a third one.
fn by_the_words(inputs: &Inputs) -> Vec<Drawn> {
    let number = |label: &str, n: usize| {
        let text = ["tanzhao-draw/1", &inputs.seed, label, &n.to_string()].join("\n");
        let hash = Sha256::digest(text);
        u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"))
    };
    let draw = |label: &str, mut list: Vec<(String, u128)>, count: usize| {
        let (mut n, mut out) = (0, Vec::new());
        for _ in 0..count {
            let total: u128 = list.iter().map(|(_, weight)| weight).sum();
            let mut r = loop {
                let candidate = u128::from(number(label, n));
                n += 1;
                if candidate < (1 << 64) - (1 << 64) % total {
                    break candidate % total;
                }
            };
            let mut at = 0;
            while r >= list[at].1 {
                r -= list[at].1;
                at += 1;
            }
            out.push(list.remove(at).0);
        }
        out
    };
    let pool = inputs.subjects.iter().filter(|one| !one.excluded).map(|one| (one.id.clone(), u128::from(one.weight)));
    draw("subjects", pool.collect(), inputs.count)
        .into_iter()
        .map(|subject| {
            let free = inputs.inspectors.iter().filter(|one| !one.avoid.contains(&subject));
            let inspectors = draw(&format!("inspectors {subject}"), free.map(|one| (one.name.clone(), 1)).collect(), 2);
            Drawn { subject, inspectors }
        })
        .collect()
}

#[test]
fn a_known_draw_stays_as_it_was_published() {
    let drawn = inputs("体彩大乐透 第26139期 03 11 17 22 35 + 02 09", 3).draw();
    let words: Vec<String> = drawn.iter().map(|one| format!("{}:{}", one.subject, one.inspectors.join("、"))).collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    丙:张三、王五
    乙:王五、李四
    甲:李四、王五
    ");
    insta::assert_snapshot!(inputs("s", 3).digest_text(), @r"
    tanzhao-draw/1
    3
    S	A-7	1	0
    S	丙	1	0
    S	乙	1	0
    S	甲	3	0
    I	张三	甲
    I	李四
    I	王五
    ");
}

#[test]
fn what_cannot_be_drawn_is_named() {
    let people = || vec![inspector("张三", &["甲"]), inspector("李四", &[])];
    let refused = |seed: &str, count, subjects, inspectors| {
        Inputs::new(seed, count, subjects, inspectors).expect_err("wrong lists").to_string()
    };
    assert!(refused("", 1, vec![subject("乙", 1)], people()).starts_with("种子"));
    assert!(refused("a\nb", 1, vec![subject("乙", 1)], people()).starts_with("种子"));
    assert!(refused("s", 1, vec![subject("乙", 1), subject("乙", 2)], people()).contains("“乙”重复"));
    assert!(refused("s", 1, vec![subject("乙", 0)], people()).contains("权重为 0"));
    assert!(refused("s", 2, vec![subject("乙", 1)], people()).contains("应为 1 至 1"));
    let left_out = DrawSubject { excluded: true, ..subject("丙", 1) };
    assert!(refused("s", 2, vec![subject("乙", 1), left_out], people()).contains("应为 1 至 1"));
    // 甲 might not be hit at all; the draw is refused before anybody can know.
    assert!(refused("s", 1, vec![subject("甲", 1), subject("乙", 1)], people()).contains("“甲”回避后只余 1 名"));
}

#[test]
fn weight_raises_how_often_one_is_drawn() {
    let (mut heavy, mut light) = (0, 0);
    for seed in 0..4000 {
        let drawn = inputs(&format!("seed {seed}"), 1).draw();
        heavy += u32::from(drawn[0].subject == "甲");
        light += u32::from(drawn[0].subject == "乙");
    }
    // Three sixths and one sixth of 4,000; five standard deviations are 158 and 118.
    assert!((2000 - 158..=2000 + 158).contains(&heavy), "{heavy}");
    assert!((667 - 118..=667 + 118).contains(&light), "{light}");
}

prop_compose! {
    fn lists()(
        subjects in prop::collection::btree_map("[甲乙丙A-C0-9]{1,3}", (1_u32..=1000, prop::bool::weighted(0.2)), 1..25),
        names in prop::collection::btree_set("[张李王a-d]{1,3}", 3..8),
        avoid in prop::collection::vec("[甲乙丙A-C0-9]{1,3}", 0..5),
        seed in "[ -~一-龥]{1,30}", count in 1_usize..25,
    ) -> (String, usize, Vec<DrawSubject>, Vec<Inspector>) {
        let subjects = subjects.into_iter().map(|(id, (weight, excluded))| DrawSubject { id, weight, excluded }).collect();
        // Everyone but the first two may have to keep away, so that two are always left.
        let inspectors = names.into_iter().enumerate().map(|(n, name)| {
            Inspector { name, avoid: if n < 2 { BTreeSet::new() } else { avoid.iter().cloned().collect() } }
        }).collect();
        (seed.trim().to_owned(), count, subjects, inspectors)
    }
}

proptest! {
    #[test]
    fn a_draw_is_reproducible_and_fair_to_its_lists((seed, count, subjects, inspectors) in lists(), turn in 0_usize..25) {
        let given = Inputs::new(&seed, count, subjects.clone(), inspectors.clone());
        let Ok(inputs) = given else { return Ok(()) };
        let drawn = inputs.draw();
        prop_assert_eq!(&drawn, &by_the_words(&inputs));
        prop_assert_eq!(drawn.len(), count);

        let (mut other, mut people) = (subjects.clone(), inspectors.clone());
        other.reverse();
        let turn = turn % people.len();
        people.rotate_left(turn);
        let again = Inputs::new(&seed, count, other, people).expect("the same lists");
        prop_assert_eq!(again.digest_text(), inputs.digest_text());
        prop_assert_eq!(&again.draw(), &drawn);

        let mut seen = BTreeSet::new();
        for one in &drawn {
            prop_assert!(seen.insert(&one.subject), "{} twice", one.subject);
            prop_assert!(subjects.iter().any(|subject| subject.id == one.subject && !subject.excluded));
            prop_assert!(one.inspectors.len() == 2 && one.inspectors[0] != one.inspectors[1]);
            for name in &one.inspectors {
                let inspector = inspectors.iter().find(|inspector| inspector.name == *name).expect("from the list");
                prop_assert!(!inspector.avoid.contains(&one.subject));
            }
        }
    }
}
