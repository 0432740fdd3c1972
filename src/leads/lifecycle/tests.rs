use super::*;
use proptest::prelude::*;

fn person(name: &str, role: Role) -> Actor {
    Actor::person(name, role).expect("a name")
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_796_000_000 + minute * 60).expect("in range")
}

fn about() -> Subject {
    Subject { lead: LeadId(1), county: "双塔区".into() }
}

fn step(life: &Life, actor: &Actor, step: Step) -> Result<Life, Refusal> {
    life.after(&Order::of(step).because("理由"), actor, &about(), &Terms::default(), at(1))
}

fn proposed() -> Life {
    step(&Life::fresh(at(0)), &person("张三", Role::Analyst), Step::Propose { complex: false }).expect("a proposal")
}

#[test]
fn the_way_from_an_advertisement_to_a_closed_lead() {
    let (zhang, wang) = (person("张三", Role::Analyst), person("王五", Role::Reviewer));
    let county = person("李四", Role::County).of_county("双塔区");
    let taken = step(&Life::fresh(at(0)), &zhang, Step::Take { until: at(60) }).expect("a lease");
    assert_eq!((taken.state, taken.lease.as_ref().map(|lease| lease.until)), (LeadState::Triaging, Some(at(60))));
    let life = step(&taken, &zhang, Step::Propose { complex: true }).expect("a proposal");
    assert_eq!((life.lease.clone(), life.proposed_by.as_deref()), (None, Some("张三")));
    let life = step(&life, &wang, Step::Approve).expect("the second pair of eyes");
    let handed = step(&life, &wang, Step::HandOver).expect("a package");
    let due = Deadlines::default().due(LeadState::HandedOver, true, at(1), &DaysOff::default());
    assert_eq!(handed.due, due, "complex leads have fifteen working days");
    let again = handed.after(&Order::of(Step::HandOver), &wang, &about(), &Terms::default(), at(9000));
    assert_eq!(again.map(|life| (life.due, life.since)), Ok((handed.due, handed.since)), "packing again gives no time");
    let measures = vec![Measure::CaseOpened, Measure::Education, Measure::CaseOpened];
    let life = step(&handed, &county, Step::Answer { outcome: Outcome::Partly, measures }).expect("an answer");
    assert_eq!(life.measures, [Measure::Education, Measure::CaseOpened]);
    let life = step(&life, &wang, Step::Close).expect("the end");
    assert_eq!((life.state, life.due, life.outcome), (LeadState::Closed, None, Some(Outcome::Partly)));
}

#[test]
fn refusals_say_what_why_who_and_from_where() {
    let (zhang, wang) = (person("张三", Role::Analyst), person("王五", Role::Reviewer));
    let words = |refused: Result<Life, Refusal>| refused.expect_err("a refusal").to_string();
    insta::assert_snapshot!(words(step(&Life::fresh(at(0)), &wang, Step::Approve)), @"线索处于“待研判”，不能“复核通过”。可由复核员进行，且线索须处于：待复核");
    insta::assert_snapshot!(words(step(&proposed(), &zhang, Step::Approve)), @"研判员（张三）不能“复核通过”。可由复核员进行，且线索须处于：待复核");
    insta::assert_snapshot!(words(step(&proposed(), &person("张 三", Role::Reviewer), Step::Approve)), @"张三 是提出确认的人，不能自己复核。可由复核员进行，且线索须处于：待复核，且须与提出人不是同一人");
    let held = step(&Life::fresh(at(0)), &wang, Step::Take { until: at(60) }).expect("a lease");
    insta::assert_snapshot!(words(step(&held, &zhang, Step::Dismiss { reason: DismissReason::Gone })), @"线索由 王五 领取至 2026-11-30 09:53，张三 不能“排除”。可由研判员、复核员进行，且线索须处于：待研判、研判中、已退回、建档观察；须由领取人本人进行，或由复核员、管理员改派");
    let other = person("李四", Role::County).of_county("龙城区");
    let handed = Life { state: LeadState::HandedOver, ..Life::fresh(at(0)) };
    insta::assert_snapshot!(words(step(&handed, &other, Step::Return)), @"李四 是龙城区的承办人，不能办理属地为双塔区的线索。可由县区承办、研判员、复核员进行，且线索须处于：已移交（县区承办限本县区）");
    let order = Order { epoch: Some(Epoch(7)), ..Order::of(Step::Release) };
    insta::assert_snapshot!(words(held.after(&order, &wang, &about(), &Terms::default(), at(1))), @"领取批次已变（所持 7，现为 1）：线索已被放回、到期或改派，“放回”没有执行。请重新查看后再办");
    let order = Order::of(Step::Dismiss { reason: DismissReason::Other }).because("  ");
    insta::assert_snapshot!(words(held.after(&order, &wang, &about(), &Terms::default(), at(1))), @"“排除”必须写明理由。可由研判员、复核员进行，且线索须处于：待研判、研判中、已退回、建档观察");
    insta::assert_snapshot!(words(step(&Life::fresh(at(0)), &person("赵六", Role::Admin), Step::Assign { to: other, until: at(60) })), @"不能分派给县区承办（李四）：线索只能由研判员或复核员办理");
}

#[test]
fn the_program_can_order_nothing() {
    for state in LeadState::ALL {
        let life = Life { state: *state, ..Life::fresh(at(0)) };
        for each in steps() {
            let answer = step(&life, &Actor::program(), each.clone());
            assert!(matches!(answer, Err(Refusal::Role { .. })), "{each:?} from {state}");
        }
    }
}

#[test]
fn a_lease_ends_and_the_lead_is_everybodys_without_more_time() {
    let zhang = person("张三", Role::Analyst);
    let taken = step(&Life::fresh(at(0)), &zhang, Step::Take { until: at(60) }).expect("a lease");
    assert_eq!(taken.expired(at(59)), None);
    let back = taken.expired(at(60)).expect("it is over");
    assert_eq!((back.state, back.lease.is_none(), back.due), (LeadState::New, true, taken.due));
    assert!(back.epoch > taken.epoch, "whoever still believes in the lease is refused");
}

#[test]
fn leads_at_rest_wake_and_others_do_not() {
    for state in LeadState::ALL {
        let life = Life { state: *state, ..Life::fresh(at(0)) };
        let rests = matches!(state, LeadState::Dismissed | LeadState::Watching | LeadState::Closed);
        assert_eq!(life.woken(at(1)).map(|woken| woken.state), rests.then_some(LeadState::New));
    }
}

fn steps() -> Vec<Step> {
    let until = at(600);
    let mut steps = vec![
        Step::Take { until },
        Step::Assign { to: person("张三", Role::Analyst), until },
        Step::Renew { until },
        Step::Release,
        Step::Propose { complex: false },
        Step::Approve,
        Step::Reject,
        Step::Watch,
        Step::Reopen,
        Step::HandOver,
        Step::Answer { outcome: Outcome::True, measures: vec![Measure::Correction] },
        Step::Return,
        Step::Close,
    ];
    steps.extend(DismissReason::ALL.iter().map(|reason| Step::Dismiss { reason: *reason }));
    steps
}

fn actors() -> Vec<Actor> {
    let names = ["张三", "李四", "王五"];
    let people = names.iter().flat_map(|name| {
        [Role::Analyst, Role::Reviewer, Role::County, Role::Admin].map(|role| person(name, role).of_county("双塔区"))
    });
    people.chain([Actor::program()]).collect()
}

proptest! {
    #[test]
    fn only_what_the_table_allows_ever_happens(choices in prop::collection::vec((0_usize..64, 0_usize..16, 0_i64..200), 1..60)) {
        let (steps, actors, terms) = (steps(), actors(), Terms::default());
        let (mut life, mut now) = (Life::fresh(at(0)), 0);
        for (which, who, minutes) in choices {
            now += minutes;
            if let Some(back) = life.expired(at(now)) {
                prop_assert_eq!(life.state, LeadState::Triaging);
                life = back;
            }
            let (step, actor) = (&steps[which % steps.len()], &actors[who % actors.len()]);
            let step = match step {
                Step::Take { .. } => Step::Take { until: at(now + 100) },
                Step::Renew { .. } => Step::Renew { until: at(now + 100) },
                other => other.clone(),
            };
            let order = Order::of(step.clone()).because("理由");
            let Ok(next) = life.after(&order, actor, &about(), &terms, at(now)) else { continue };
            let rule = rule_of(step.action()).expect("a rule");
            prop_assert!(rule.from.contains(&life.state) && rule.to == next.state && rule.roles.contains(&actor.role()));
            prop_assert_eq!(next.lease.is_some(), next.state == LeadState::Triaging);
            prop_assert!(next.epoch.0 == life.epoch.0 + i64::from(step.action() != LeadMove::Renew));
            let two = |life: &Life| life.proposed_by.clone().zip(life.approved_by.clone());
            if matches!(next.state, LeadState::Confirmed | LeadState::HandedOver | LeadState::Answered) {
                let (first, second) = two(&next).expect("two people stand behind it");
                prop_assert!(!person(&first, Role::Analyst).is_same_person(&second));
            }
            life = next;
        }
    }
}
