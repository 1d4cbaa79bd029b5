// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The fields that decoders know by name, each with at most one value.
///
/// Every other name is a dynamic field. The raw value orders them as an
/// alert's `data` does. Source: analysis-engine.md §4.1, §7.2.
package enum StaticField: UInt8, Sendable, CaseIterable {
    case `protocol`, action, srcip, srcport, srcuser, dstip, dstport, dstuser, id, status, url,
        data, extraData, systemName

    /// How many there are.
    package static let count = 14

    /// The name in `<order>`, `<list field>` and in the alert.
    package var name: String {
        switch self {
        case .extraData: "extra_data"
        case .systemName: "system_name"
        case .protocol: "protocol"
        case .action: "action"
        case .srcip: "srcip"
        case .srcport: "srcport"
        case .srcuser: "srcuser"
        case .dstip: "dstip"
        case .dstport: "dstport"
        case .dstuser: "dstuser"
        case .id: "id"
        case .status: "status"
        case .url: "url"
        case .data: "data"
        }
    }

    /// The field of an exact, case-sensitive name; `user` is dstuser.
    package init?(orderName: String) {
        if orderName == "user" {
            self = .dstuser
            return
        }
        guard let field = Self.allCases.first(where: { $0.name == orderName }) else { return nil }
        self = field
    }
}

/// What kind of log a decoder says an event is; it chooses the rule tree.
///
/// Source: analysis-engine.md §4.1 (`type`), §5.6.
package enum EventCategory: UInt8, Sendable, CaseIterable {
    case syslog, firewall, ids, webLog, squid, windows, ossec, hostInformation

    /// The word in `<type>` and `<category>`.
    package var name: String {
        switch self {
        case .syslog: "syslog"
        case .firewall: "firewall"
        case .ids: "ids"
        case .webLog: "web-log"
        case .squid: "squid"
        case .windows: "windows"
        case .ossec: "ossec"
        case .hostInformation: "host-information"
        }
    }
}
