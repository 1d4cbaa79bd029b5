// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML

/// Reads `<client>`, `<client_buffer>` and `<labels>`.
///
/// Source: around-the-engine.md §3.2.
struct ClientReader {
    private var reader: BlockReader
    private var settings: ClientSettings

    /// Reads one section into the settings, which stay as they were when it cannot be
    /// used; what is wrong comes back.
    static func read(
        _ section: XMLElement,
        file: String,
        into settings: inout ClientSettings
    ) -> [Diagnostic] {
        var me = ClientReader(reader: BlockReader(file: file), settings: settings)
        for child in section.children {
            switch section.name {
            case "client_buffer": me.readBuffer(child)
            case "labels": me.readLabel(child)
            default: me.readClient(child)
            }
        }
        if me.settings.silenceSeconds <= me.settings.notifySeconds {
            me.settings.silenceSeconds = 3 * me.settings.notifySeconds
        }
        if !me.reader.hasErrors { settings = me.settings }
        return me.reader.diagnostics
    }

    /// Reads what `agent.conf` may say of the connection, and nothing else of the section.
    static func reconnection(
        _ section: XMLElement,
        file: String,
        into settings: inout ClientSettings
    ) -> [Diagnostic] {
        var me = ClientReader(reader: BlockReader(file: file), settings: settings)
        for child in section.children where child.name == "force_reconnect_interval" {
            me.readClient(child)
        }
        if !me.reader.hasErrors { settings = me.settings }
        return me.reader.diagnostics
    }

    private mutating func readClient(_ child: XMLElement) {
        switch child.name {
        case "server": readServer(child)
        case "enrollment": readEnrolment(child)
        case "notify_time":
            settings.notifySeconds = reader.number(child, in: 1...86_400) ?? 20
        case "time-reconnect":
            settings.silenceSeconds = reader.number(child, in: 1...86_400) ?? 60
        case "force_reconnect_interval":
            let seconds = FleetReader.seconds(child, &reader) ?? 0
            settings.reconnectSeconds = seconds > 0 ? seconds : nil
        case "crypto_method":
            let word = reader.text(child)
            settings.usesBlowfish = word == "blowfish"
            if word != "aes" && word != "blowfish" {
                badValue(child, hint: "write aes or blowfish")
            }
        // The address is told anew with each keep-alive; there is nothing to restart.
        case "ip_update_interval", "auto_restart": break
        case "config-profile": settings.profile = reader.text(child)
        default: reader.unsupported(child, in: "<client>")
        }
    }

    private mutating func readServer(_ element: XMLElement) {
        var server = ClientSettings.Server()
        for child in element.children {
            switch child.name {
            case "address": server.host = reader.text(child)
            case "port": server.port = reader.number(child, in: 1...65_535) ?? server.port
            case "protocol":
                let word = reader.text(child).lowercased()
                server.usesUDP = word == "udp"
                if word != "tcp" && word != "udp" { badValue(child, hint: "write tcp or udp") }
            case "max_retries": server.maxRetries = reader.number(child, in: 1...1_000_000) ?? 5
            case "retry_interval":
                server.retrySeconds = reader.number(child, in: 1...1_000_000) ?? 10
            default: reader.unsupported(child, in: "<server>")
            }
        }
        guard !server.host.isEmpty else {
            reader.error(
                element,
                code: "missing-element",
                "<server> has no <address>",
                hint: "write the manager's name or address into it"
            )
            return
        }
        settings.servers.append(server)
    }

    private mutating func readEnrolment(_ element: XMLElement) {
        var enrolment = ClientSettings.Enrolment()
        var isOn = true
        for child in element.children {
            switch child.name {
            case "enabled": isOn = reader.yesNo(child) != false
            case "port": enrolment.port = reader.number(child, in: 1...65_535) ?? enrolment.port
            case "delay_after_enrollment":
                enrolment.delaySeconds = FleetReader.seconds(child, &reader) ?? 20
            case "use_source_ip": if reader.yesNo(child) == true { enrolment.address = "src" }
            case "authorization_pass_path":
                enrolment.passwordFile = text(child) ?? enrolment.passwordFile
            case "manager_address": enrolment.host = text(child)
            case "agent_name": enrolment.name = text(child)
            case "groups": enrolment.groups = text(child)
            case "agent_address": enrolment.address = text(child)
            case "server_ca_path": enrolment.authority = text(child)
            case "agent_certificate_path": enrolment.certificate = text(child)
            case "agent_key_path": enrolment.key = text(child)
            // TLS 1.2 and later only, with ciphers that any of them has.
            case "ssl_cipher", "auto_method": break
            default: reader.unsupported(child, in: "<enrollment>")
            }
        }
        settings.enrolment = isOn ? enrolment : nil
    }

    private mutating func readBuffer(_ child: XMLElement) {
        switch child.name {
        case "disabled": if reader.yesNo(child) == true { settings.eventsPerSecond = nil }
        case "queue_size":
            settings.queueSize = reader.number(child, in: 1...100_000) ?? settings.queueSize
        case "events_per_second":
            let number = reader.number(child, in: 1...1_000) ?? 500
            if settings.eventsPerSecond != nil { settings.eventsPerSecond = max(50, number) }
            if number < 50 {
                reader.warning(
                    child,
                    code: "raised-value",
                    "<events_per_second> below 50 is taken as 50",
                    hint: "write 50 or more"
                )
            }
        default: reader.unsupported(child, in: "<client_buffer>")
        }
    }

    private mutating func readLabel(_ child: XMLElement) {
        func attribute(_ name: String) -> String {
            let value = child.attributes.first { $0.name == name }?.value ?? []
            return String(decoding: value, as: UTF8.self)
        }
        let key = attribute("key")
        guard child.name == "label", !key.isEmpty, !key.hasPrefix("_"), !key.contains("\"") else {
            reader.warning(
                child,
                code: "bad-label",
                "this is no label that an agent can tell; ignored",
                hint: "write <label key=\"name\">value</label>; names with _ are Wazuh's own"
            )
            return
        }
        let value = reader.text(child).split(separator: "\n").joined(separator: " ")
        settings.labels.append(
            .init(key: key, value: value, isHidden: attribute("hidden") == "yes")
        )
    }

    private mutating func text(_ child: XMLElement) -> String? {
        let text = reader.text(child)
        return text.isEmpty ? nil : text
    }

    private mutating func badValue(_ child: XMLElement, hint: String) {
        reader.error(
            child,
            code: "bad-value",
            "<\(child.name)> is \"\(reader.text(child))\"",
            hint: hint
        )
    }
}
