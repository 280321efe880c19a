//! Plays one script against a main: `hostile_peer SCRIPT [ENDPOINT]`, by birth without an endpoint.

fn main() {
    let mut args = std::env::args().skip(1);
    let script = args.next().expect("a script");
    let endpoint = args.next();
    ringmain_tests::hostile::scripts::play(&script, endpoint.as_deref());
}
