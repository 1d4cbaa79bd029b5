// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML

/// Reads `<remote>` and `<auth>`.
///
/// Source: around-the-engine.md §3.2.
struct FleetReader {
    private var reader: BlockReader

    /// Reads a `<remote>`; nil when it is not for agents, or cannot be used.
    static func remote(
        _ section: XMLElement,
        file: String
    ) -> (FleetSettings.Remote?, [Diagnostic]) {
        var me = FleetReader(reader: BlockReader(file: file))
        let kind = section.children.last { $0.name == "connection" }.map { me.reader.text($0) }
        guard kind == nil || kind == "secure" else {
            me.reader.unsupported(section, in: "<connection>\(kind ?? "")")
            return (nil, me.reader.diagnostics)
        }
        var remote = FleetSettings.Remote()
        for child in section.children { me.read(child, into: &remote) }
        return (me.reader.hasErrors ? nil : remote, me.reader.diagnostics)
    }

    /// Reads an `<auth>`; nil when it is disabled or cannot be used.
    static func enrolment(
        _ section: XMLElement,
        file: String
    ) -> (FleetSettings.Enrolment?, [Diagnostic]) {
        var me = FleetReader(reader: BlockReader(file: file))
        var enrolment = FleetSettings.Enrolment()
        var isOn = true
        for child in section.children {
            switch child.name {
            case "disabled": isOn = me.reader.yesNo(child) == false && isOn
            case "remote_enrollment": isOn = me.reader.yesNo(child) != false && isOn
            default: me.read(child, into: &enrolment)
            }
        }
        if enrolment.verifiesAgentAddress, enrolment.agentAuthority == nil {
            // Taken for no, it would let in whom the operator meant to keep out.
            me.reader.error(
                section,
                code: "bad-value",
                "<ssl_verify_host> is yes, and no certificate is asked for",
                hint: "name who signs agents' certificates in <ssl_agent_ca>, or write no"
            )
        }
        return (isOn && !me.reader.hasErrors ? enrolment : nil, me.reader.diagnostics)
    }

    /// Seconds of `15m`; nil and an error for anything else.
    static func seconds(_ element: XMLElement, _ reader: inout BlockReader) -> Int? {
        let text = reader.text(element)
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units = ["": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        if let number = Int(digits), number <= 1_000_000,
            let unit = units[String(text.dropFirst(digits.count))]
        {
            return number * unit
        }
        reader.error(
            element,
            code: "bad-value",
            "<\(element.name)> is \"\(text)\"",
            hint: "write a number with s, m, h, d or w"
        )
        return nil
    }

    private mutating func read(_ child: XMLElement, into remote: inout FleetSettings.Remote) {
        switch child.name {
        case "connection": break
        case "port": remote.port = reader.number(child, in: 1...65_535) ?? remote.port
        case "protocol":
            let words = reader.text(child).split(separator: ",").map {
                String($0).trimmingBlanks().lowercased()
            }
            remote.usesTCP = words.contains("tcp")
            remote.usesUDP = words.contains("udp")
            if !remote.usesTCP && !remote.usesUDP {
                reader.error(
                    child,
                    code: "bad-value",
                    "<protocol> is \"\(reader.text(child))\"",
                    hint: "write tcp, udp or tcp,udp"
                )
            }
        case "local_ip": remote.host = reader.text(child)
        case "ipv6": if reader.yesNo(child) == true { remote.host = "::" }
        case "connection_overtake_time":
            let seconds = reader.number(child, in: 0...3_600) ?? 60
            remote.overtakeSeconds = seconds == 0 ? nil : seconds
        case "agents": remote.allowsHigherVersions = allowsHigherVersions(child)
        // Bounds of ours that need no setting.
        case "queue_size", "rids_closing_time": break
        default: reader.unsupported(child, in: "<remote>")
        }
    }

    private mutating func read(_ child: XMLElement, into enrolment: inout FleetSettings.Enrolment) {
        switch child.name {
        case "port": enrolment.port = reader.number(child, in: 1...65_535) ?? enrolment.port
        case "ipv6": if reader.yesNo(child) == true { enrolment.host = "::" }
        case "use_source_ip": enrolment.usesSourceAddress = reader.yesNo(child) == true
        case "use_password": enrolment.usesPassword = reader.yesNo(child) == true
        case "purge": enrolment.purges = reader.yesNo(child) == true
        case "ssl_manager_cert": enrolment.certificate = reader.text(child)
        case "ssl_manager_key": enrolment.key = reader.text(child)
        case "ssl_agent_ca":
            let path = reader.text(child)
            enrolment.agentAuthority = path.isEmpty ? nil : path
        case "force": readForce(child, into: &enrolment)
        case "agents": enrolment.allowsHigherVersions = allowsHigherVersions(child)
        case "ssl_verify_host": enrolment.verifiesAgentAddress = reader.yesNo(child) == true
        default: reader.unsupported(child, in: "<auth>")
        }
    }

    private mutating func readForce(
        _ element: XMLElement,
        into enrolment: inout FleetSettings.Enrolment
    ) {
        for child in element.children {
            switch child.name {
            case "enabled": enrolment.isForced = reader.yesNo(child) != false
            case "key_mismatch": enrolment.needsKeyMismatch = reader.yesNo(child) != false
            case "disconnected_time":
                let seconds = Self.seconds(child, &reader) ?? 3_600
                let isOff = child.attributes.contains {
                    $0.name == "enabled" && $0.value == Array("no".utf8)
                }
                enrolment.disconnectedSeconds = isOff ? nil : seconds
            case "after_registration_time":
                enrolment.registeredSeconds = Self.seconds(child, &reader) ?? 3_600
            default: reader.unsupported(child, in: "<force>")
            }
        }
    }

    private mutating func allowsHigherVersions(_ element: XMLElement) -> Bool {
        let child = element.children.last { $0.name == "allow_higher_versions" }
        return child.flatMap { reader.yesNo($0) } == true
    }
}
