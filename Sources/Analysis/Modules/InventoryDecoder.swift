// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset
import EventModel

/// What an agent's inventory (syscollector) says came, changed or went.
///
/// `{"type":"dbsync_packages","operation":"INSERTED","data":{…}}` gives the fields
/// `type`, `operation_type` and, by the kind of thing, `program.name`,
/// `port.local_port` and the like. Everything else that is JSON is taken as it is.
///
/// Source: around-the-engine.md §5.13, §11; Wazuh's user manual, "Using
/// Syscollector information to trigger alerts" (names of fields).
enum InventoryDecoder {
    /// By the type, what its fields begin with.
    private static let objects: [(type: String, prefix: String)] = [
        ("dbsync_packages", "program."),
        ("dbsync_ports", "port."),
        ("dbsync_processes", "process."),
        ("dbsync_osinfo", "os."),
        ("dbsync_hwinfo", "hardware."),
        ("dbsync_network_iface", "netinfo.iface."),
        ("dbsync_network_protocol", "netinfo.proto."),
        ("dbsync_network_address", "netinfo.addr."),
        ("dbsync_hotfixes", ""),
        ("dbsync_users", "user."),
        ("dbsync_groups", "group."),
        ("dbsync_services", "service."),
        ("dbsync_browser_extensions", "browser_extension."),
    ]
    /// What agents need for their own comparing.
    private static let ownMembers: Set<String> = ["checksum", "item_id", "scan_time"]

    static func decode(_ text: Span<UInt8>) -> ModuleOutcome {
        guard let message = ModuleJSON(text), case .object = message else { return .malformed }
        var report = ModuleReport(.inventory)
        guard let type = message["type"]?.text, let data = message["data"],
            let object = objects.first(where: { $0.type.utf8.elementsEqual(type) })
        else {
            report.hasJSON = true
            return .report(report)
        }
        report.add("type", type)
        for member in data.members {
            let key = String(decoding: member.key, as: UTF8.self)
            guard !ownMembers.contains(key), let value = member.value.shownText else { continue }
            report.add(object.prefix + name(key, of: object.type), value)
        }
        report.add("operation_type", message["operation"]?.text)
        return .report(report)
    }

    /// `os_name` of the system is `os.name`.
    private static func name(_ key: String, of type: String) -> String {
        type == "dbsync_osinfo" && key.hasPrefix("os_") ? String(key.dropFirst(3)) : key
    }
}
