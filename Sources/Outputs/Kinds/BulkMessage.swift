// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Alerts for OpenSearch or Elasticsearch, in the indices that Wazuh's dashboards read.
///
/// Source: around-the-engine.md §7.4. A document is made with its alert's own id: one that
/// comes twice is there once. Keys with dots are written with `_`, since a dot would make an
/// object where other documents have text.
struct BulkMessage: Sendable {
    static let path = "/_bulk"
    static let type = "application/x-ndjson"
    /// Lucene takes no longer keyword.
    private static let keywordLimit = 32_000
    private static let texts: Set<String> = ["full_log", "message", "previous_log"]
    private static let memberLimit = 200
    private static let location = "GeoLocation"

    /// Of the indices' names.
    let prefix: String
    /// Where an address is; nil for nowhere that is known.
    let place: @Sendable (String) -> JSONTree?

    func body(_ alerts: [OutputAlert]) -> [UInt8] {
        var output: [UInt8] = []
        for alert in alerts {
            let create: JSONTree = [
                "create": [
                    "_index": .string(Self.index(alert, prefix)), "_id": .string(Self.id(alert)),
                ]
            ]
            output += create.bytes
            output.append(UInt8(ascii: "\n"))
            output += document(alert).bytes
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// `wazuh-alerts-4.x-2026.11.23`, by the day in UTC.
    static func index(_ alert: OutputAlert, _ prefix: String) -> String {
        let day = (alert.time ?? Timestamp(nanoseconds: 0)).nanoseconds
        let time = Timestamp(nanoseconds: day).local
        var text = [UInt8](prefix.utf8)
        text.appendPadded(time.year, width: 4)
        text.append(UInt8(ascii: "."))
        text.appendPadded(time.month, width: 2)
        text.append(UInt8(ascii: "."))
        text.appendPadded(time.day, width: 2)
        return String(decoding: text, as: UTF8.self)
    }

    /// A document as people are told of it: `wazuh-alerts-4.x-2026.11.23/watch-1.1-7`.
    func name(_ alert: OutputAlert) -> String {
        Self.index(alert, prefix) + "/" + Self.id(alert)
    }

    private static func id(_ alert: OutputAlert) -> String {
        let sequence = alert.text("jaga.sequence")
        let parts = [alert.text("manager.name"), alert.id, sequence].filter { !$0.isEmpty }
        return String(parts.joined(separator: "-").prefix(400))
    }

    private func document(_ alert: OutputAlert) -> JSONTree {
        let more: JSONTree = [
            "@timestamp": .string(alert.timestamp), "input": ["type": "log"],
        ]
        let document = Self.flattened(alert.tree, key: "").merging(more)
        let address = alert.text("data.srcip")
        guard !address.isEmpty, alert.tree[Self.location] == nil, let place = place(address) else {
            return document
        }
        return document.merging(.object([JSONTree.Member(Self.location, place)]))
    }

    private static func flattened(_ tree: JSONTree, key: String) -> JSONTree {
        switch tree {
        case .object(let members):
            return .object(
                members.prefix(memberLimit).map { member in
                    let name = String(member.key.map { $0 == "." ? "_" : $0 }.prefix(256))
                    return JSONTree.Member(name, flattened(member.value, key: name))
                }
            )
        case .array(let values): return .array(values.map { flattened($0, key: key) })
        case .string(let text):
            guard text.utf8.count > keywordLimit, !texts.contains(key) else { return tree }
            return .string(String(text.prefix(keywordLimit / 4)))
        case .null, .bool, .number: return tree
        }
    }
}
