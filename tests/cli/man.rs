//! Tests `portolan man`: manual pages.

use super::run;
use crate::testkit::Repo;

#[test]
fn there_is_a_page_of_all_and_a_page_of_each_verb() {
    let repo = Repo::new();
    let page = run(&repo, "man").quietly_gave();
    assert!(page.contains(".TH portolan 1") && page.contains("GitOps for the Port software catalog"), "{page}");
    for verb in portolan::cli::command().get_subcommands() {
        let page = run(&repo, &format!("man {}", verb.get_name())).quietly_gave();
        let title = format!(".TH portolan-{} 1", verb.get_name());
        assert!(page.contains(&title), "{title} is not in\n{page}");
    }
}

#[test]
fn all_pages_go_into_a_folder() {
    let repo = Repo::new();
    repo.write("man1/.keep", "");
    assert_eq!(run(&repo, "man --out man1").quietly_gave(), "");
    for verb in portolan::cli::command().get_subcommands() {
        let name = verb.get_name();
        assert_eq!(repo.read(&format!("man1/portolan-{name}.1")), run(&repo, &format!("man {name}")).quietly_gave());
    }
    assert!(repo.read("man1/portolan.1").contains(".TH portolan 1"));
    let told = run(&repo, "man --out nowhere");
    assert_eq!((told.code, told.results.as_str()), (64, ""), "{}", told.talk);
}
