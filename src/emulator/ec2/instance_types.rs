//! The instance types that can be launched: a selection of the current and previous generations.
//!
//! <https://docs.aws.amazon.com/ec2/latest/instancetypes/>

use serde::Deserialize;
use serde_json::json;

use super::filters::{self, Field, Filter, Page, matches};
use super::request::{error, read};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

pub(super) struct InstanceType {
    pub(super) name: &'static str,
    pub(super) vcpus: u32,
    pub(super) memory_mib: u32,
    pub(super) architectures: &'static [&'static str],
}

const X86: &[&str] = &["x86_64"];
const X86_OLD: &[&str] = &["i386", "x86_64"];
const ARM: &[&str] = &["arm64"];

const fn of(
    name: &'static str,
    vcpus: u32,
    memory_mib: u32,
    architectures: &'static [&'static str],
) -> InstanceType {
    InstanceType { name, vcpus, memory_mib, architectures }
}

const TYPES: &[InstanceType] = &[
    of("c5.large", 2, 4096, X86),
    of("c5.xlarge", 4, 8192, X86),
    of("c5.2xlarge", 8, 16384, X86),
    of("c6g.large", 2, 4096, ARM),
    of("c6i.large", 2, 4096, X86),
    of("c6i.xlarge", 4, 8192, X86),
    of("c7g.large", 2, 4096, ARM),
    of("c7i.large", 2, 4096, X86),
    of("m1.small", 1, 1740, X86_OLD),
    of("m4.large", 2, 8192, X86),
    of("m5.large", 2, 8192, X86),
    of("m5.xlarge", 4, 16384, X86),
    of("m5.2xlarge", 8, 32768, X86),
    of("m5a.large", 2, 8192, X86),
    of("m6g.medium", 1, 4096, ARM),
    of("m6g.large", 2, 8192, ARM),
    of("m6i.large", 2, 8192, X86),
    of("m6i.xlarge", 4, 16384, X86),
    of("m7g.medium", 1, 4096, ARM),
    of("m7g.large", 2, 8192, ARM),
    of("m7i.large", 2, 8192, X86),
    of("r5.large", 2, 16384, X86),
    of("r5.xlarge", 4, 32768, X86),
    of("r6g.large", 2, 16384, ARM),
    of("r6i.large", 2, 16384, X86),
    of("t2.nano", 1, 512, X86_OLD),
    of("t2.micro", 1, 1024, X86_OLD),
    of("t2.small", 1, 2048, X86_OLD),
    of("t2.medium", 2, 4096, X86_OLD),
    of("t2.large", 2, 8192, X86),
    of("t2.xlarge", 4, 16384, X86),
    of("t2.2xlarge", 8, 32768, X86),
    of("t3.nano", 2, 512, X86),
    of("t3.micro", 2, 1024, X86),
    of("t3.small", 2, 2048, X86),
    of("t3.medium", 2, 4096, X86),
    of("t3.large", 2, 8192, X86),
    of("t3.xlarge", 4, 16384, X86),
    of("t3.2xlarge", 8, 32768, X86),
    of("t3a.nano", 2, 512, X86),
    of("t3a.micro", 2, 1024, X86),
    of("t3a.small", 2, 2048, X86),
    of("t3a.medium", 2, 4096, X86),
    of("t3a.large", 2, 8192, X86),
    of("t4g.nano", 2, 512, ARM),
    of("t4g.micro", 2, 1024, ARM),
    of("t4g.small", 2, 2048, ARM),
    of("t4g.medium", 2, 4096, ARM),
    of("t4g.large", 2, 8192, ARM),
];

pub(super) fn find(name: &str) -> Option<&'static InstanceType> {
    TYPES.iter().find(|known| known.name == name)
}

impl InstanceType {
    fn is_current(&self) -> bool {
        !self.name.starts_with("m1.")
    }

    fn is_free_tier_eligible(&self) -> bool {
        matches!(self.name, "t2.micro" | "t3.micro")
    }

    fn is_burstable(&self) -> bool {
        self.name.starts_with('t')
    }

    fn hypervisor(&self) -> &'static str {
        if ["m1.", "m4.", "t2."].iter().any(|family| self.name.starts_with(family)) { "xen" } else { "nitro" }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeInstanceTypes {
    instance_types: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS: &[Field<InstanceType>] = &[
    ("instance-type", |kind| vec![kind.name.to_owned()]),
    ("processor-info.supported-architecture", |kind| {
        kind.architectures.iter().map(|architecture| (*architecture).to_owned()).collect()
    }),
    ("vcpu-info.default-vcpus", |kind| vec![kind.vcpus.to_string()]),
    ("memory-info.size-in-mib", |kind| vec![kind.memory_mib.to_string()]),
    ("current-generation", |kind| vec![kind.is_current().to_string()]),
    ("free-tier-eligible", |kind| vec![kind.is_free_tier_eligible().to_string()]),
    ("burstable-performance-supported", |kind| vec![kind.is_burstable().to_string()]),
    ("hypervisor", |kind| vec![kind.hypervisor().to_owned()]),
    ("bare-metal", |_| vec!["false".to_owned()]),
];

pub(super) fn describe_instance_types(_: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeInstanceTypes = read(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&input.instance_types, "InstanceTypes")?;
    let unknown: Vec<&str> =
        input.instance_types.iter().map(String::as_str).filter(|name| find(name).is_none()).collect();
    if !unknown.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", unknown.join(", "));
        return Err(error("InvalidInstanceType", message));
    }
    filters::check(&input.filters, FIELDS, false)?;
    let mut selected = Vec::new();
    for kind in TYPES {
        let named = input.instance_types.is_empty() || input.instance_types.iter().any(|n| n == kind.name);
        if named && matches(kind, None, &input.filters, FIELDS)? {
            selected.push(json!({
                "InstanceType": kind.name,
                "CurrentGeneration": kind.is_current(),
                "FreeTierEligible": kind.is_free_tier_eligible(),
                "SupportedUsageClasses": ["on-demand"],
                "SupportedRootDeviceTypes": ["ebs"],
                "SupportedVirtualizationTypes": ["hvm"],
                "BareMetal": false,
                "Hypervisor": kind.hypervisor(),
                "ProcessorInfo": { "SupportedArchitectures": kind.architectures },
                "VCpuInfo": { "DefaultVCpus": kind.vcpus },
                "MemoryInfo": { "SizeInMiB": kind.memory_mib },
                "BurstablePerformanceSupported": kind.is_burstable(),
            }));
        }
    }
    let (items, next_token) = page.of(selected)?;
    Ok(Reply { output: json!({ "InstanceTypes": items, "NextToken": next_token }), ..Reply::empty() })
}
