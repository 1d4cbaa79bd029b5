// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an agent tells of itself every twenty seconds.
///
/// ```
/// #!-UNAME[ / CONFSUM]
/// "label":value                 also !"hidden" and #"internal"
/// MERGEDSUM merged.mg
/// #"_agent_ip":ADDRESS
/// ```
/// Source: around-the-engine.md §5.7.
package struct KeepAlive: Sendable, Hashable {
    /// A label of the agent.
    package struct Label: Sendable, Hashable {
        package let key: String
        package let value: String
        /// Not shown in alerts.
        package let isHidden: Bool

        package init(key: String, value: String, isHidden: Bool = false) {
            self.key = key
            self.value = value
            self.isHidden = isHidden
        }
    }

    /// Labels that are kept at most.
    private static let labelLimit = 256
    /// Bytes of a body at which no further label is told.
    private static let sizeLimit = 63_000

    /// System and version, as ``UnameLine`` reads it.
    package let uname: String
    /// MD5 of `agent.conf`; empty when there is none.
    package let configurationSum: String
    package let labels: [Label]
    /// MD5 of `merged.mg`; `x` when the agent has none, empty when it does not say.
    package let mergedSum: String
    /// The agent's own address; empty when it does not say.
    package let address: String

    package init(
        uname: String,
        configurationSum: String = "",
        labels: [Label] = [],
        mergedSum: String,
        address: String = ""
    ) {
        self.uname = uname
        self.configurationSum = configurationSum
        self.labels = labels
        self.mergedSum = mergedSum
        self.address = address
    }

    /// Reads a keep-alive; nil without a line's end, or without a first line.
    package init?(_ body: ArraySlice<UInt8>) {
        guard body.starts(with: AgentMessage.controlMark),
            let end = body.lastIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        let text = body[body.index(body.startIndex, offsetBy: 3)..<end]
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst(), !first.isEmpty else { return nil }
        let parts = Self.parts(of: String(decoding: first, as: UTF8.self))
        var labels: [Label] = []
        var (merged, address) = ("", "")
        for line in lines {
            let line = String(decoding: line, as: UTF8.self)
            if let label = Self.label(line) {
                if line.first == "#" {
                    if label.key == "_agent_ip" { address = label.value }
                } else if labels.count < Self.labelLimit {
                    labels.append(label)
                }
            } else if line.hasSuffix(" merged.mg") {
                merged = String(line.dropLast(10))
            }
        }
        self.init(
            uname: parts.uname,
            configurationSum: parts.sum,
            labels: labels,
            mergedSum: merged,
            address: address
        )
    }

    /// As it travels.
    package var body: [UInt8] {
        var text = "#!-" + uname
        if !configurationSum.isEmpty { text += " / " + configurationSum }
        text += "\n"
        for label in labels {
            let line = "\(label.isHidden ? "!" : "")\"\(label.key)\":\(label.value)\n"
            // Without the rest of its labels an agent is still alive.
            guard text.utf8.count + line.utf8.count <= Self.sizeLimit else { break }
            text += line
        }
        text += "\(mergedSum.isEmpty ? "x" : mergedSum) merged.mg\n"
        if !address.isEmpty { text += "#\"_agent_ip\":\(address)\n" }
        return Array(text.utf8)
    }

    /// The first line cut at its last ` / `, when a sum follows.
    private static func parts(of line: String) -> (uname: String, sum: String) {
        let tail = line.utf8.suffix(35)
        guard line.utf8.count > 35, tail.starts(with: " / ".utf8),
            tail.dropFirst(3).allSatisfy(isHexadecimal)
        else { return (line, "") }
        let sum = String(decoding: tail.dropFirst(3), as: UTF8.self)
        return (String(decoding: line.utf8.dropLast(35), as: UTF8.self), sum)
    }

    /// Reads `"key":value` with its mark.
    private static func label(_ line: String) -> Label? {
        var rest = line.utf8[...]
        let isHidden = rest.first == UInt8(ascii: "!")
        if isHidden || rest.first == UInt8(ascii: "#") { rest = rest.dropFirst() }
        guard rest.popFirst() == UInt8(ascii: "\""),
            let quote = rest.firstIndex(of: UInt8(ascii: "\"")), quote > rest.startIndex
        else { return nil }
        let after = rest[rest.index(after: quote)...]
        guard after.first == UInt8(ascii: ":") else { return nil }
        return Label(
            key: String(decoding: rest[..<quote], as: UTF8.self),
            value: String(decoding: after.dropFirst(), as: UTF8.self),
            isHidden: isHidden
        )
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
