// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML
import Outputs
import Patterns

/// Reads `<integration>`, `<syslog_output>`, `<email_alerts>` and `<output>`.
///
/// Source: around-the-engine.md §7; what is marked there as Jaga's every block may have.
struct OutputReader {
    /// The elements that are the same in every block.
    static let common = [
        "level", "rule_id", "group", "event_location", "location", "container", "agent",
        "quiet_hours", "repeat", "collect", "per_minute", "merge", "queue_mb",
    ]
    private static let secrets = ["hook_url", "url", "api_key", "password"]
    private static let http = ["allow_http", "allow_internal", "ca_file", "timeout", "header"]

    var reader: BlockReader
    let section: XMLElement

    init(_ section: XMLElement, file: String) {
        reader = BlockReader(file: file)
        self.section = section
    }

    // MARK: Values

    func last(_ name: String) -> XMLElement? { section.children.last { $0.name == name } }

    func text(_ name: String) -> String? {
        last(name).map { reader.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    func all(_ name: String) -> [String] {
        section.children.filter { $0.name == name }.map { reader.text($0) }
            .filter { !$0.isEmpty }
    }

    /// A secret: `<NAME>`, `<NAME_file>` or `<NAME_env>`.
    func secret(_ name: String) -> Secret? {
        if let path = text(name + "_file") { return Secret(.file(path)) }
        if let variable = text(name + "_env") { return Secret(.variable(variable)) }
        return text(name).map { Secret(.text($0)) }
    }

    mutating func missing(_ what: String) {
        reader.error(
            section,
            code: "missing-element",
            "<\(section.name)> has no \(what)",
            hint: "write it, or take the block out"
        )
    }

    mutating func badValue(_ element: XMLElement, _ hint: String) {
        reader.error(
            element,
            code: "bad-value",
            "<\(element.name)> \"\(reader.text(element).prefix(60))\" cannot be used",
            hint: hint
        )
    }

    // MARK: What every block may have

    /// Reads filter, policy and limits; `isPattern` says that `<group>` is an OS_Match.
    mutating func shared(_ output: inout Output, isPattern: Bool) {
        for child in section.children {
            switch child.name {
            case "level": output.filter.minimumLevel = reader.number(child, in: 0...16)
            case "rule_id":
                output.filter.ruleIDs.formUnion(ruleIDs(child))
            case "group":
                if isPattern {
                    output.filter.groupPattern = pattern(child)
                } else {
                    let names = reader.text(child).split(separator: ",")
                    output.filter.groups.formUnion(names.map { String($0).trimmingBlanks() })
                }
            case "event_location", "location": output.filter.location = pattern(child)
            case "container": output.filter.container = pattern(child)
            case "agent": output.filter.agents.insert(reader.text(child))
            case "queue_mb":
                let megabytes = reader.number(child, in: 1...10_240) ?? 64
                output.limits.bytes = megabytes << 20
            default: policy(child, &output.policy)
            }
        }
    }

    private mutating func policy(_ child: XMLElement, _ policy: inout DeliveryPolicy) {
        switch child.name {
        case "quiet_hours":
            let level = child.attributes.first { $0.name == "except_level" }?.string ?? "12"
            guard let level = Int(level), (0...17).contains(level),
                let quiet = QuietHours(reader.text(child), exceptLevel: level)
            else {
                return badValue(child, "write <quiet_hours except_level=\"12\">22:00-07:00")
            }
            policy.quiet = quiet
        case "repeat":
            policy.repeatSeconds = FleetReader.seconds(child, &reader) ?? policy.repeatSeconds
        case "collect":
            policy.collectSeconds = FleetReader.seconds(child, &reader) ?? policy.collectSeconds
        case "per_minute":
            guard let count = reader.number(child, in: 0...10_000) else { return }
            policy.rate = count == 0 ? nil : .init(messages: count, seconds: 60)
        case "merge":
            policy.mergesUpTo = reader.number(child, in: 1...1_000) ?? policy.mergesUpTo
        default: break
        }
    }

    private mutating func ruleIDs(_ element: XMLElement) -> Set<Int> {
        var found: Set<Int> = []
        for part in reader.text(element).split(separator: ",") {
            guard let id = Int(String(part).trimmingBlanks()) else {
                badValue(element, "write numbers of rules with commas between")
                return []
            }
            found.insert(id)
        }
        return found
    }

    private func pattern(_ element: XMLElement) -> OSMatch? {
        let text = reader.text(element)
        return text.isEmpty ? nil : OSMatch(text.utf8)
    }

    /// Where an HTTP output sends to.
    mutating func endpoint(_ url: Secret) -> HTTPEndpoint {
        var endpoint = HTTPEndpoint(url: url)
        for child in section.children {
            switch child.name {
            case "allow_http": endpoint.allowsPlain = reader.yesNo(child) ?? false
            case "allow_internal": endpoint.allowsInternal = reader.yesNo(child) ?? false
            case "ca_file": endpoint.authorities = reader.text(child)
            case "timeout": endpoint.timeoutSeconds = reader.number(child, in: 1...300) ?? 10
            case "header": header(child, &endpoint)
            default: break
            }
        }
        if let user = text("user"), let password = secret("password") {
            endpoint.headers.append(
                .init("Authorization", Secret(.basic(user: user, password: password)))
            )
        }
        return endpoint
    }

    private mutating func header(_ element: XMLElement, _ endpoint: inout HTTPEndpoint) {
        func attribute(_ name: String) -> String? {
            element.attributes.first { $0.name == name }?.string
        }
        guard let name = attribute("name"), !name.isEmpty,
            name.utf8.allSatisfy({ Self.isHeaderByte($0) })
        else {
            return badValue(element, "write <header name=\"X-Token\" file=\"/etc/jaga/token\"/>")
        }
        let secret: Secret
        if let path = attribute("file") {
            secret = Secret(.file(path))
        } else if let variable = attribute("env") {
            secret = Secret(.variable(variable))
        } else {
            secret = Secret(.text(reader.text(element)))
        }
        endpoint.headers.append(.init(name, secret))
    }

    private static func isHeaderByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
    }

    /// JSON of an element; nil when there is none, or it is no object.
    mutating func json(_ name: String) -> JSONTree? {
        guard let element = last(name) else { return nil }
        let bytes = [UInt8](reader.text(element).utf8)
        if let tree = JSONTreeReader.read(bytes), case .object = tree { return tree }
        badValue(element, "write one JSON object")
        return nil
    }

    /// Warns of what no block of the kind knows.
    mutating func warn(_ own: [String]) {
        let secrets = Self.secrets.flatMap { [$0 + "_file", $0 + "_env"] }
        let known = own + Self.common
        for child in section.children
        where !known.contains(child.name) && !Self.http.contains(child.name)
            && !secrets.contains(child.name)
        {
            reader.unknown(child, in: "<\(section.name)>", known: known)
        }
    }
}
