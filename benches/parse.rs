//! Benchmarks parsing of text to trees, with both parsers, over typical documents. The throughput is in bytes of YAML.

use divan::Bencher;
use divan::counter::BytesCount;
use portolan::manifest::{Limits, Producer, Reader};

fn main() {
    divan::main();
}

/// The number of documents per round.
const DOCUMENTS: usize = 200;

fn documents() -> Vec<String> {
    (0..DOCUMENTS).map(document).collect()
}

/// A typical manifest: about 1.7 kB, fifty lines.
fn document(number: usize) -> String {
    let tier = number % 5;
    let mut text = format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: service-{number:06}\n  namespace: squad-payments\n  labels:\n    \
         app.kubernetes.io/name: service-{number:06}\n    app.kubernetes.io/part-of: squad-payments\n  annotations:\n    \
         example.com/checksum: 5ebfc09d77e2a1778fe326ab98760d4828665a42\nspec:\n  blueprint: service\n  identifier: service-{number:06}\n  \
         title: \"Service {number}: the \\\"main\\\" one\"\n  properties:\n    description: |\n      handles ledger events before every snapshot, naïve and café.\n      \
         eventually consistent with the downstream partition of the invoice stream.\n      stores tokens for the customer session.\n    \
         language: kotlin\n    lifecycle: experimental\n    repository: https://git.example.com/squad-payments/service-{number:06}\n    \
         tier: {tier}\n    slo: 99.9\n    public: true\n    createdOn: \"2019-11-26T05:35:00Z\"\n    ports: [15527, 35312, 6953]\n    \
         regions: [eu-west-1, ap-south-1, eu-central-1, us-east-1]\n    resources:\n      requests: {{cpu: 500m, memory: 256Mi}}\n      \
         replicas: 3\n    onCall: payments@example.com\n    dashboards:\n      - title: Latency\n        url: https://grafana.example.com/d/{number}\n    tags:\n"
    );
    for tag in ["consistent", "snapshot", "idempotent"] {
        text.push_str(&format!("      - {tag}\n"));
    }
    text.push_str("  relations:\n    owner: squad-payments # the team\n    system: system-000021\n    dependsOn:\n");
    for other in 0..12 {
        text.push_str(&format!("      - service-{:06}\n", number + other));
    }
    text
}

fn bench(bencher: Bencher<'_, '_>, texts: &[String], producer: Producer) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut reader = Reader::new(Limits::default());
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut nodes = 0;
        for text in texts {
            reader.read_with(text, producer, &mut |document| nodes += document.view.tree.len());
        }
        nodes
    });
}

#[divan::bench]
fn fast(bencher: Bencher<'_, '_>) {
    bench(bencher, &documents(), Producer::FastThenFull);
}

#[divan::bench]
fn full(bencher: Bencher<'_, '_>) {
    bench(bencher, &documents(), Producer::FullOnly);
}

/// One file with many documents.
#[divan::bench]
fn fast_stream(bencher: Bencher<'_, '_>) {
    bench(bencher, &[documents().join("---\n")], Producer::FastThenFull);
}

/// YAML without manifests.
#[divan::bench]
fn other_yaml(bencher: Bencher<'_, '_>) {
    let texts = documents()
        .iter()
        .map(|text| {
            text.replace("getport.io", "example.com").replace("blueprint", "plan").replace("identifier", "name")
        })
        .collect::<Vec<_>>();
    bench(bencher, &texts, Producer::FastThenFull);
}
