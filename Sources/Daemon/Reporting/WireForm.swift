// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Events as a Wazuh agent on this host would send them, so that a manager's decoders and
/// rules see what they know.
///
/// A container's line becomes the line of the engine's `json-file` log, at the path where
/// `<localfile>` reads it; Docker's events and files are what they are already.
/// Source: around-the-engine.md §2.7, §5.11; Docker's `json-file` log driver.
package struct WireForm {
    /// Locations that are remembered.
    private static let sourceLimit = 4_096

    private let agentID: String
    /// Of containers, by their ids.
    private var sources: [String: EventSource] = [:]

    /// Only events of this agent are taken; those of others are their own to report.
    package init(agentID: String) {
        self.agentID = agentID
    }

    /// The events of a batch that are to be reported; a line each.
    package mutating func convert(_ batch: EventBatch) -> EventBatch {
        var output = EventBatch()
        for entry in batch.entries {
            let source = batch.sources[entry.source]
            guard source.agent.id == agentID else { continue }
            let text = batch.bytes[entry.text]
            guard let container = source.container, source.location.starts(with: Self.prefix)
            else {
                output.append(Array(text), from: source, at: entry.time)
                continue
            }
            let location = self.source(of: container, like: source)
            let origin =
                entry.originNanoseconds > 0 ? entry.originNanoseconds : entry.time.nanoseconds
            let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
            for line in lines {
                output.append(Self.jsonLine(line, at: origin), from: location, at: entry.time)
            }
        }
        return output
    }

    private static let prefix = Array("docker:".utf8)

    private mutating func source(
        of container: ContainerIdentity,
        like source: EventSource
    ) -> EventSource {
        if let known = sources[container.id] { return known }
        if sources.count >= Self.sourceLimit { sources.removeAll() }
        let id = container.id
        let made = EventSource(
            agent: source.agent,
            location: "/var/lib/docker/containers/\(id)/\(id)-json.log"
        )
        sources[id] = made
        return made
    }

    /// `{"log":"LINE\n","stream":"stdout","time":"…Z"}`.
    ///
    /// Which stream it was is not kept; most programs in containers use the first.
    private static func jsonLine(_ line: ArraySlice<UInt8>, at nanoseconds: Int64) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(line.count + 96)
        output.append(literal: "{\"log\":\"")
        // Not UTF-8 becomes U+FFFD, as the engine writes it.
        for byte in String(decoding: line, as: UTF8.self).utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case UInt8(ascii: "\r"): output.append(literal: "\\r")
            case ..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                let digits = String(byte, radix: 16)
                output += Array(("\\u00" + (byte < 16 ? "0" : "") + digits).utf8)
            default: output.append(byte)
            }
        }
        output.append(literal: "\\n\",\"stream\":\"stdout\",\"time\":\"")
        appendTime(nanoseconds, to: &output)
        output.append(literal: "\"}")
        return output
    }

    /// RFC 3339 in UTC; of the fraction no zeros at its end.
    private static func appendTime(_ nanoseconds: Int64, to output: inout [UInt8]) {
        let seconds = nanoseconds / 1_000_000_000
        let time = CalendarTime(secondsSinceEpoch: seconds)
        output.appendPadded(time.year, width: 4)
        for part in [time.month, time.day] {
            output.append(UInt8(ascii: "-"))
            output.appendPadded(part, width: 2)
        }
        output.append(UInt8(ascii: "T"))
        time.appendClock(to: &output)
        let fraction = Int(nanoseconds - seconds * 1_000_000_000)
        if fraction > 0 {
            output.append(UInt8(ascii: "."))
            output.appendPadded(fraction, width: 9)
            while output.last == UInt8(ascii: "0") { output.removeLast() }
        }
        output.append(UInt8(ascii: "Z"))
    }
}
