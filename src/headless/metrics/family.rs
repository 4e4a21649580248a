//! A metric with its samples, in the terms of the text format.

use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType,
};

/// One metric: name, help, and samples.
pub(super) struct Family {
    kind: MetricType,
    name: &'static str,
    help: &'static str,
    samples: Vec<Metric>,
}

/// Names and values of labels.
pub(super) type Labels<'a> = &'a [(&'static str, &'a str)];

impl Family {
    /// A number that goes up and down.
    pub(super) fn gauge(name: &'static str, help: &'static str) -> Self {
        Self::new(MetricType::GAUGE, name, help)
    }

    /// A number that goes up.
    pub(super) fn counter(name: &'static str, help: &'static str) -> Self {
        Self::new(MetricType::COUNTER, name, help)
    }

    /// Numbers in classes.
    pub(super) fn histogram(name: &'static str, help: &'static str) -> Self {
        Self::new(MetricType::HISTOGRAM, name, help)
    }

    fn new(kind: MetricType, name: &'static str, help: &'static str) -> Self {
        Self {
            kind,
            name,
            help,
            samples: Vec::new(),
        }
    }

    /// One more sample.
    pub(super) fn put(&mut self, labels: Labels<'_>, value: f64) {
        let mut sample = metric(labels);
        if self.kind == MetricType::COUNTER {
            let mut counter = Counter::default();
            counter.set_value(value);
            sample.set_counter(counter);
        } else {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            sample.set_gauge(gauge);
        }
        self.samples.push(sample);
    }

    /// With one sample.
    pub(super) fn with(mut self, value: f64) -> Self {
        self.put(&[], value);
        self
    }

    /// With a sample of classes: upper bounds and how many fall into each and into no smaller one, their sum, and how many there are.
    pub(super) fn with_classes(
        mut self,
        classes: impl Iterator<Item = (f64, u64)>,
        sum: f64,
        count: u64,
    ) -> Self {
        let mut below = 0;
        let buckets = classes.map(|(bound, n)| {
            below += n;
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(bound);
            bucket.set_cumulative_count(below);
            bucket
        });
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_sum(sum);
        histogram.set_sample_count(count);
        let mut sample = metric(&[]);
        sample.set_histogram(histogram);
        self.samples.push(sample);
        self
    }

    /// For the encoder; nothing where there is no sample.
    pub(super) fn encoded(self) -> Option<MetricFamily> {
        if self.samples.is_empty() {
            return None;
        }
        let mut family = MetricFamily::default();
        family.set_name(self.name.to_owned());
        family.set_help(self.help.to_owned());
        family.set_field_type(self.kind);
        family.set_metric(self.samples);
        Some(family)
    }
}

fn metric(labels: Labels<'_>) -> Metric {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    Metric::from_label(labels.iter().map(pair).collect())
}
