// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML
import Outputs

/// The blocks themselves.
extension OutputReader {
    private static let integrationElements = [
        "name", "hook_url", "api_key", "alert_format", "max_log", "options", "timeout", "retries",
    ]

    /// Adds an `<integration>`.
    static func integration(
        _ section: XMLElement,
        file: String,
        into settings: inout OutputSettings
    ) -> [Diagnostic] {
        var me = OutputReader(section, file: file)
        me.warn(integrationElements)
        let name = me.text("name") ?? ""
        guard let kind = me.integrationKind(name), !me.reader.hasErrors else {
            return me.reader.diagnostics
        }
        var output = Output(name: name, kind: kind)
        me.shared(&output, isPattern: false)
        if !me.reader.hasErrors { settings.add(output) }
        return me.reader.diagnostics
    }

    private mutating func integrationKind(_ name: String) -> OutputKind? {
        let options = json("options")
        switch name {
        case "slack":
            guard let url = secret("hook_url") else {
                missing("<hook_url>")
                return nil
            }
            return .slack(endpoint(url), options: options)
        case "pagerduty":
            guard let key = secret("api_key") else {
                missing("<api_key>")
                return nil
            }
            let url = secret("hook_url") ?? Secret(.text("https://events.pagerduty.com/v2/enqueue"))
            return .pagerDuty(key: key, endpoint(url), options: options)
        case "shuffle":
            guard let url = secret("hook_url") else {
                missing("<hook_url>")
                return nil
            }
            return .webhook(.alert, endpoint(url), topic: "", options: options)
        case _ where name.hasPrefix("custom-") && Output.isName(name):
            return .integration(script(name, options))
        default:
            reader.warning(
                section,
                code: "unsupported-integration",
                "<integration> \"\(name.prefix(60))\" is not supported; ignored",
                hint: "known are slack, pagerduty, shuffle and custom-NAME"
            )
            return nil
        }
    }

    private mutating func script(_ name: String, _ options: JSONTree?) -> IntegrationScript {
        var script = IntegrationScript(name: name)
        (script.key, script.url) = (secret("api_key"), secret("hook_url"))
        script.wantsJSON = text("alert_format") == "json"
        script.options = options
        for child in section.children {
            switch child.name {
            case "timeout": script.timeoutSeconds = reader.number(child, in: 1...300) ?? 10
            case "retries": script.retries = reader.number(child, in: 0...10) ?? 3
            case "max_log": script.logLimit = reader.number(child, in: 1...10_000) ?? 165
            default: break
            }
        }
        return script
    }

    /// Adds a `<syslog_output>`: an output for each of its servers.
    static func syslog(
        _ section: XMLElement,
        file: String,
        into settings: inout OutputSettings
    ) -> [Diagnostic] {
        var me = OutputReader(section, file: file)
        me.warn(["server", "port", "format", "use_fqdn", "protocol", "name"])
        let port = me.last("port").flatMap { me.reader.number($0, in: 1...65_535) } ?? 514
        let usesWholeName = me.last("use_fqdn").flatMap { me.reader.yesNo($0) } ?? false
        guard let format = SyslogMessage.Format(rawValue: me.text("format") ?? "default") else {
            if let element = me.last("format") {
                me.badValue(element, "write default, cef, json or splunk")
            }
            return me.reader.diagnostics
        }
        guard let carrier = SyslogTarget.Carrier(rawValue: me.text("protocol") ?? "udp") else {
            if let element = me.last("protocol") { me.badValue(element, "write udp or tcp") }
            return me.reader.diagnostics
        }
        let servers = me.all("server")
        if servers.isEmpty { me.missing("<server>") }
        for server in servers {
            guard let place = HostAndPort(server, port: port) else {
                if let element = me.last("server") { me.badValue(element, "write a host") }
                continue
            }
            var target = SyslogTarget(
                host: place.host,
                port: place.port,
                carrier: carrier,
                format: format
            )
            target.usesWholeName = usesWholeName
            var output = Output(name: me.name(or: "syslog"), kind: .syslog(target))
            me.shared(&output, isPattern: true)
            if !me.reader.hasErrors { settings.add(output) }
        }
        return me.reader.diagnostics
    }

    private mutating func name(or usual: String) -> String {
        guard let element = last("name") else { return usual }
        let name = reader.text(element)
        guard !Output.isName(name) else { return name }
        badValue(element, "write letters, digits, hyphens")
        return usual
    }

    /// Keeps an `<email_alerts>` until ``MailReader/finish(_:file:)``.
    static func mail(
        _ section: XMLElement,
        file: String,
        into settings: inout OutputSettings
    ) -> [Diagnostic] {
        var me = OutputReader(section, file: file)
        me.warn(["email_to", "format", "do_not_delay", "do_not_group"])
        let settled = MailSettings(server: .program("/"), from: "", recipients: [])
        var output = Output(name: "mail", kind: .mail(settled))
        me.shared(&output, isPattern: true)
        if me.last("do_not_delay").flatMap({ me.reader.yesNo($0) }) == true {
            output.policy.collectSeconds = 0
        }
        if me.last("do_not_group").flatMap({ me.reader.yesNo($0) }) == true {
            output.policy.mergesUpTo = 1
        }
        var block = MailBlock(file: file, line: section.position.line)
        block.recipients = me.all("email_to")
        (block.filter, block.policy) = (output.filter, output.policy)
        block.isShort = me.text("format") == "sms"
        if block.recipients.isEmpty { me.missing("<email_to>") }
        if let bad = block.recipients.first(where: { !MailSettings.isAddress($0) }),
            let element = section.children.last(where: { me.reader.text($0) == bad })
        {
            me.badValue(element, "write an address such as ops@example.org")
        }
        if !me.reader.hasErrors { settings.mailBlocks.append(block) }
        return me.reader.diagnostics
    }

    /// Adds an `<output>` of `<outputs>` in `<jaga>`.
    static func output(
        _ section: XMLElement,
        file: String,
        into settings: inout OutputSettings
    ) -> [Diagnostic] {
        var me = OutputReader(section, file: file)
        me.warn(["url", "template", "options", "chat", "topic", "index", "user", "api_key"])
        func attribute(_ name: String) -> String {
            section.attributes.first { $0.name == name }?.string ?? ""
        }
        guard Output.isName(attribute("name")) else {
            me.missing("name, of letters, digits and hyphens")
            return me.reader.diagnostics
        }
        guard let kind = me.kind(attribute("kind")), !me.reader.hasErrors else {
            return me.reader.diagnostics
        }
        var output = Output(name: attribute("name"), kind: kind)
        me.shared(&output, isPattern: false)
        if !me.reader.hasErrors { settings.add(output) }
        return me.reader.diagnostics
    }

    private mutating func kind(_ name: String) -> OutputKind? {
        guard let url = secret("url") else {
            missing("<url>")
            return nil
        }
        let options = json("options")
        func webhook(_ template: WebhookTemplate, _ endpoint: HTTPEndpoint) -> OutputKind {
            .webhook(template, endpoint, topic: text("topic") ?? "", options: options)
        }
        let endpoint = endpoint(url)
        switch name {
        case "slack": return .slack(endpoint, options: options)
        case "teams": return webhook(.teams, endpoint)
        case "discord": return webhook(.discord, endpoint)
        case "mattermost": return webhook(.mattermost, endpoint)
        case "ntfy":
            if text("topic") == nil { missing("<topic>") }
            return webhook(.ntfy, endpoint)
        case "telegram":
            if text("chat") == nil { missing("<chat>") }
            return webhook(.telegram(chat: text("chat") ?? ""), endpoint)
        case "webhook":
            return webhook(json("template").map { .own($0) } ?? .alert, endpoint)
        case "alertmanager": return .alertmanager(endpoint)
        case "opensearch", "elasticsearch":
            return .bulk(endpoint, prefix: text("index") ?? "wazuh-alerts-4.x-")
        default:
            reader.error(
                section,
                code: "unknown-kind",
                "<output> has the kind \"\(name.prefix(60))\"",
                hint: "known are slack, teams, discord, telegram, ntfy, mattermost, webhook, "
                    + "alertmanager and opensearch"
            )
            return nil
        }
    }
}
