// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import OSXML
import Patterns

/// Values of the elements of `<localfile>`.
///
/// Source: around-the-engine.md §2.1.
extension LocalFileReader {
    private static let largestBacklog = 2 << 30

    func attribute(_ child: XMLElement, _ name: String) -> String? {
        child.attribute(name).map { String(decoding: $0.value, as: UTF8.self) }
    }

    mutating func badAttribute(
        _ child: XMLElement,
        _ name: String,
        _ value: String,
        _ hint: String
    ) {
        reader.error(
            child,
            code: "bad-value",
            "\(name) of <\(child.name)> is \"\(value)\"",
            hint: hint
        )
    }

    /// The choice that an attribute names, or `standard` without it; nil when it
    /// names none, which was reported then.
    mutating func choice<Choice: RawRepresentable<String>>(
        _ child: XMLElement,
        _ name: String,
        _ standard: Choice
    ) -> Choice? {
        guard let text = attribute(child, name) else { return standard }
        if let choice = Choice(rawValue: text) { return choice }
        badAttribute(child, name, text, "see the manual of <\(child.name)>")
        return nil
    }

    /// The pattern that an element holds, of the kind that `type` names, PCRE2
    /// without it.
    mutating func pattern(_ child: XMLElement) -> LinePattern? {
        var kind = PatternKind.pcre2
        if let type = attribute(child, "type") {
            guard let named = PatternKind(attribute: type.utf8) else {
                badAttribute(child, "type", type, "write PCRE2, osregex or osmatch")
                return nil
            }
            kind = named
        }
        do throws(PatternError) {
            return try LinePattern(reader.text(child), kind: kind)
        } catch {
            reader.error(
                child,
                code: "bad-pattern",
                "<\(child.name)>: \(error)",
                hint: "mend the pattern"
            )
            return nil
        }
    }

    mutating func readLabel(_ child: XMLElement) {
        guard let key = attribute(child, "key"), !key.isEmpty else {
            badAttribute(child, "key", "", "name the label, such as key=\"environment\"")
            return
        }
        guard !key.hasPrefix("_") else {
            reader.warning(
                child,
                code: "reserved-label",
                "the label \(key) begins with _, which is kept for others; ignored",
                hint: "give it another name"
            )
            return
        }
        labels.append((key, reader.text(child)))
    }

    mutating func readOnlyFutureEvents(_ child: XMLElement) {
        onlyFutureEvents = reader.yesNo(child) ?? onlyFutureEvents
        guard let text = attribute(child, "max-size") else { return }
        guard let bytes = Self.bytes(text), bytes > 0 else {
            reader.warning(
                child,
                code: "bad-value",
                "max-size of <only-future-events> is \"\(text)\"; 10MB is taken",
                hint: "write a size such as 10MB"
            )
            limits.backlog = 10 << 20
            return
        }
        limits.backlog = Int64(min(bytes, Self.largestBacklog))
    }

    mutating func readAge(_ child: XMLElement) {
        guard let seconds = Self.seconds(reader.text(child)), seconds > 0 else {
            reader.error(
                child,
                code: "bad-value",
                "<age> is \"\(reader.text(child))\"",
                hint: "write a number with s, m, h, d or w behind it, such as 1d"
            )
            return
        }
        limits.age = .seconds(seconds)
    }

    mutating func readLineLimit(_ child: XMLElement) {
        guard let bytes = Self.bytes(reader.text(child)), (64...(16 << 20)).contains(bytes) else {
            reader.error(
                child,
                code: "bad-value",
                "<max_line_size> is \"\(reader.text(child))\"",
                hint: "write a size from 64 to 16MB; 65279 is Wazuh's"
            )
            return
        }
        lineLimit = bytes
    }

    /// Everything goes to the analysis; other sockets are not written to.
    mutating func readTarget(_ child: XMLElement) {
        let names = reader.text(child).split(separator: ",").map { String($0).trimmingBlanks() }
        let others = names.filter { $0 != "agent" }
        guard !others.isEmpty else { return }
        reader.warning(
            child,
            code: "unsupported-target",
            "<target> \(others.joined(separator: ", ")) is not written to: events go to the"
                + " analysis alone",
            hint: "remove it, or keep it for Wazuh"
        )
    }

    mutating func readTemplate(_ child: XMLElement) {
        if let target = attribute(child, "target"), target != "agent" {
            reader.warning(
                child,
                code: "unsupported-target",
                "<out_format> for the target \(target) is not used",
                hint: "events go to the analysis alone"
            )
            return
        }
        let text = reader.text(child)
        let address = text.contains("$(host_ip)") ? HostAddress.text() : ""
        let template = LineTemplate(text, hostAddress: address)
        for name in template.unknownVariables {
            reader.warning(
                child,
                code: "unknown-variable",
                "$(\(name)) in <out_format> is not known, and is empty",
                hint: "known are log, output, location, command, timestamp, hostname, host_ip,"
                    + " json_escaped_log, base64_log"
            )
        }
        self.template = template
    }

    /// A number with `s`, `m`, `h`, `d` or `w`; seconds without.
    private static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let last = text.last else { return nil }
        let unit = units[last]
        guard let value = Int64(unit == nil ? text[...] : text.dropLast()) else { return nil }
        let (seconds, overflow) = value.multipliedReportingOverflow(by: unit ?? 1)
        return overflow ? nil : seconds
    }

    /// A number with `B`, `KB`, `MB` or `GB`, in any case; bytes without.
    private static func bytes(_ text: String) -> Int? {
        let upper = text.uppercased()
        let digits = upper.prefix { $0.isASCII && $0.isNumber }
        let shifts = ["": 0, "B": 0, "K": 10, "KB": 10, "M": 20, "MB": 20, "G": 30, "GB": 30]
        guard let value = Int(digits), let shift = shifts[String(upper.dropFirst(digits.count))]
        else { return nil }
        let (bytes, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }
}
