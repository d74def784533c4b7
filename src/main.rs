fn main() {
    portolan::commands::dev::dev(std::path::Path::new(&std::env::args().nth(1).unwrap()));
}
