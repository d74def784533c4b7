//! Tests the folder of the caches: what is stored in it, and what happens where it cannot be written.

use super::*;

#[test]
fn nothing_of_a_credential_is_stored() {
    let (mut world, file) = remembered();
    world.apply(&Step::Write { path: 5, text: 12, names: (0, 0) });
    // Without a finding.
    let name = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    world.write(&world.path(7), &format!("blueprint: service\nidentifier: {name}\n"));
    world.apply(&Step::Write { path: 6, text: 0, names: (3, 0) });
    world.report(Some(&world.cache()), LintScope::Everything, None);
    let bytes = fs::read(&file).expect("it can be read");
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("port.yml") && !holds("é.yaml") && !holds("ghp_"));
}

#[test]
fn what_cannot_be_written_is_left_out_without_a_word() {
    let (world, file) = remembered();
    let report = world.report(None, LintScope::Everything, None);
    let folder = file.parent().expect("a folder").to_owned();
    for place in [file.clone(), file.join("below"), PathBuf::from("/proc/none"), folder.join("new/one")] {
        let cache = CacheFolder { folder: place, started: now() + 60 };
        assert_eq!(world.report(Some(&cache), LintScope::Everything, None), report);
    }
    assert!(folder.join("new/one").is_dir());
}

#[test]
fn caches_that_nobody_uses_are_removed() {
    let (mut world, file) = remembered();
    let folder = file.parent().expect("a folder").to_owned();
    let old = |name: &str, days: u64| {
        let path = folder.join(name);
        let made = File::create(&path).expect("a file");
        made.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 3600)).expect("the time is set");
        path
    };
    let [unused, used, other] = [old("portolan-0123", 31), old("portolan-4567", 29), old("mine.txt", 400)];
    world.apply(&Step::Level(1));
    world.report(Some(&world.cache()), LintScope::Everything, None);
    assert_eq!([unused.exists(), used.exists(), other.exists(), file.exists()], [false, true, true, true]);
    // A cache that is only read is in use too.
    let before = SystemTime::now() - Duration::from_secs(10 * 24 * 3600);
    File::options().write(true).open(&file).and_then(|file| file.set_modified(before)).expect("the time is set");
    world.report(Some(&world.cache()), LintScope::Everything, None);
    assert!(fs::metadata(&file).and_then(|file| file.modified()).expect("a time") > before + Duration::from_secs(60));
}

#[test]
fn runs_at_once_do_not_mix() {
    let (world, file) = remembered();
    let whole = fs::read(&file).expect("it can be read");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let _ = fs::remove_file(&file);
                    world.report(Some(&world.cache()), LintScope::Everything, None);
                    let bytes = fs::read(&file).unwrap_or_default();
                    assert!(bytes.is_empty() || bytes == whole);
                }
            });
        }
    });
}
