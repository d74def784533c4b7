//! `portolan man`: manual pages.

use super::run;
use super::support::Repo;

#[test]
fn there_is_a_page_of_all_and_a_page_of_each_verb() {
    let repo = Repo::new();
    let page = run(&repo, "man").quietly_gave();
    assert!(page.contains(".TH portolan 1") && page.contains("Keeps a software catalog"), "{page}");
    for verb in portolan::cli::command().get_subcommands() {
        let page = run(&repo, &format!("man {}", verb.get_name())).quietly_gave();
        let title = format!(".TH portolan-{} 1", verb.get_name());
        assert!(page.contains(&title), "{title} is not in\n{page}");
    }
}
