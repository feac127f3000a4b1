//! Machines that something was observed on.

use super::Batch;
use super::release::unless_empty;
use thoth_cypher::{WRITE_HARDWARE, map};
use thoth_schema::document::sha256_hex;
use thoth_schema::inspection::Hardware;

/// Digits of the hash in a key: enough that no two machines share one.
const HASH_DIGITS: usize = 16;

impl Batch {
    /// The key of a machine, such as `GenuineIntel-6-85#9f86d081884c7d65`: for the eye, then the hash of all that is known
    /// of it, so that one node never has two descriptions.
    pub(super) fn hardware(&mut self, hardware: &Hardware) -> String {
        let known = |fact: Option<String>| fact.unwrap_or_else(|| "unknown".to_owned());
        let number = |fact: Option<i64>| known(fact.map(|number| number.to_string()));
        let vendor = known(hardware.cpu_vendor.clone());
        // The canonical text: every known fact by its name, in one order.
        let hash = sha256_hex(serde_json::json!(hardware).to_string().as_bytes());
        let hash = hash.get(..HASH_DIGITS).unwrap_or(&hash);
        let key = format!(
            "{vendor}-{}-{}#{hash}",
            number(hardware.cpu_family),
            number(hardware.cpu_model)
        );
        let row = map! {
            "key" => &key, "cpuVendor" => hardware.cpu_vendor.as_deref(), "cpuFamily" => hardware.cpu_family,
            "cpuModel" => hardware.cpu_model, "cpuStepping" => hardware.cpu_stepping,
            "cpuName" => hardware.cpu_name.as_deref(), "cpuFlags" => unless_empty(hardware.cpu_flags.clone()),
            "cores" => hardware.cores, "machine" => hardware.machine.as_deref(),
            "l2CacheBytes" => hardware.l2_cache_bytes, "l3CacheBytes" => hardware.l3_cache_bytes,
            "gpuModel" => hardware.gpu_model.as_deref(), "memoryBytes" => hardware.memory_bytes,
        };
        self.put(&WRITE_HARDWARE, key.clone(), row);
        key
    }
}
