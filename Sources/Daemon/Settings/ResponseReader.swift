// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import EventModel
import OSXML
import Patterns

/// Reads `<command>`, `<active-response>` and `<responses>` of `<jaga>`.
///
/// Source: around-the-engine.md §6.1; `<mode>` and `<responses>` are Jaga's.
struct ResponseReader {
    private var reader: BlockReader

    private init(file: String) {
        reader = BlockReader(file: file)
    }

    /// Adds a `<command>`; one that cannot be used is left out.
    static func command(
        _ section: XMLElement,
        file: String,
        into settings: inout Settings
    ) -> [Diagnostic] {
        var me = ResponseReader(file: file)
        let name = me.last("name", of: section) ?? ""
        let executable = me.last("executable", of: section) ?? ""
        for child in section.children {
            if !["name", "executable", "timeout_allowed", "extra_args", "expect"]
                .contains(child.name)
            {
                me.reader.unsupported(child, in: "<command>")
            }
        }
        if name.isEmpty || executable.isEmpty || name.hasPrefix("!") {
            me.reader.error(
                section,
                code: "bad-command",
                "<command> \"\(name)\" cannot be used",
                hint: "give it a <name>, without ! in front, and an <executable>"
            )
        }
        var command = ResponseCommand(name: name, executable: executable)
        for child in section.children where child.name == "timeout_allowed" {
            command.allowsTimeout = me.reader.yesNo(child) ?? false
        }
        command.arguments = (me.last("extra_args", of: section) ?? "").split(separator: " ")
            .map(String.init)
        if command.kind == .webhook, !WebhookAddress.isUsable(command.arguments.first ?? "") {
            me.reader.error(
                section,
                code: "bad-command",
                "<command> \"\(name)\" sends to no address that can be used",
                hint: "write one https address in <extra_args>, or file:/PATH of a file that "
                    + "holds it; http is for this host alone"
            )
        }
        if !me.reader.hasErrors {
            settings.responseCommands.removeAll { $0.name == name }
            settings.responseCommands.append(command)
        }
        return me.reader.diagnostics
    }

    /// Adds an `<active-response>`, or what one without a command says of all.
    static func response(
        _ section: XMLElement,
        file: String,
        into settings: inout Settings
    ) -> [Diagnostic] {
        var me = ResponseReader(file: file)
        let isDisabled = section.children.filter { $0.name == "disabled" }
            .compactMap { me.reader.yesNo($0) }.last
        for child in section.children where child.name == "repeated_offenders" {
            settings.responses.repeatedOffenders = me.minutes(child)
        }
        guard let name = me.last("command", of: section) else {
            settings.responses.isEnabled = isDisabled != true
            return me.reader.diagnostics
        }
        guard isDisabled != true else { return me.reader.diagnostics }
        guard let command = settings.responseCommands.last(where: { $0.name == name }) else {
            me.reader.error(
                section,
                code: "unknown-command",
                "<active-response> names the command \"\(name)\", which is not declared before it",
                hint: "write a <command> with that <name> above"
            )
            return me.reader.diagnostics
        }
        guard let places = me.places(section) else { return me.reader.diagnostics }
        var response = Response(command: command, places: places)
        for child in section.children { me.read(child, into: &response) }
        me.complain(about: response, section)
        if !me.reader.hasErrors { settings.responses.responses.append(response) }
        return me.reader.diagnostics
    }

    /// `<responses>`: what is never acted upon, and limits.
    static func limits(
        _ section: XMLElement,
        file: String,
        into settings: inout ResponseSettings
    ) -> [Diagnostic] {
        var me = ResponseReader(file: file)
        for child in section.children {
            switch child.name {
            case "never": me.readNever(child, into: &settings.protections)
            case "own_label":
                settings.protections.honoursOwnLabel = me.reader.yesNo(child) ?? true
            case "per_minute":
                settings.limits.perResponse = me.reader.number(child, in: 1...10_000) ?? 20
            case "per_minute_in_all":
                settings.limits.inAll = me.reader.number(child, in: 1...10_000) ?? 60
            case "break":
                settings.limits.breakSeconds = FleetReader.seconds(child, &me.reader) ?? 600
            default:
                let known = ["never", "own_label", "per_minute", "per_minute_in_all", "break"]
                me.reader.unknown(child, in: "<responses>", known: known)
            }
        }
        return me.reader.diagnostics
    }

    /// An entry of `<white_list>`.
    static func whiteList(
        _ element: XMLElement,
        _ reader: inout BlockReader,
        _ settings: inout Settings
    ) {
        do {
            let text = reader.text(element)
            try settings.responses.protections.addresses.append(text.utf8)
        } catch {
            reader.warning(
                element,
                code: "unsupported-element",
                "<white_list> \"\(reader.text(element))\" is no address or network; ignored",
                hint: "names of hosts are not supported: write 192.0.2.1 or 192.0.2.0/24"
            )
        }
    }

    private func last(_ name: String, of section: XMLElement) -> String? {
        section.children.last { $0.name == name }.map { reader.text($0) }
    }

    /// Words may stand together: `server,local`.
    private mutating func places(_ section: XMLElement) -> [Response.Place]? {
        let text = last("location", of: section) ?? ""
        var places: [Response.Place] = []
        if text.contains("all") { places.append(.all) }
        if text.contains("server") { places.append(.server) }
        if text.contains("local") { places.append(.local) }
        let agent = last("agent_id", of: section) ?? ""
        if text.contains("defined-agent"), let number = Int(agent), number > 0 {
            let zeros = String(repeating: "0", count: max(0, 3 - agent.utf8.count))
            places.append(.agent(zeros + agent))
        }
        // An agent that is named needs its number, whatever else is said.
        let isWhole = !text.contains("defined-agent") || places.count { $0.isAgent } == 1
        if !places.isEmpty, isWhole { return places }
        reader.error(
            section,
            code: "bad-value",
            "<location> is \"\(text)\"",
            hint: "write local, server, all, or defined-agent with an <agent_id>"
        )
        return nil
    }

    private mutating func read(_ child: XMLElement, into response: inout Response) {
        switch child.name {
        case "command", "location", "agent_id", "disabled", "repeated_offenders": break
        case "level": response.level = reader.number(child, in: 0...20)
        case "rules_id":
            for part in reader.text(child).split(separator: ",") {
                guard let id = Int(String(part).trimmingBlanks()) else {
                    return badValue(child, "write numbers of rules with commas between")
                }
                response.ruleIDs.insert(id)
            }
        case "rules_group":
            guard let pattern = try? OSRegex(reader.text(child).utf8, capturing: false) else {
                return badValue(child, "write an expression such as attack|web_scan")
            }
            response.groups = pattern
        case "timeout": response.timeoutSeconds = reader.number(child, in: 0...31_536_000) ?? 0
        case "mode":
            guard let mode = ResponseMode(rawValue: reader.text(child)) else {
                return badValue(child, "write dry-run or enforce")
            }
            response.mode = mode
        default: reader.unsupported(child, in: "<active-response>")
        }
    }

    private mutating func complain(about response: Response, _ section: XMLElement) {
        if response.level == nil, response.ruleIDs.isEmpty, response.groups == nil {
            reader.warning(
                section,
                code: "no-selector",
                "<active-response> of \(response.command.name) concerns no rule",
                hint: "say which, by <level>, <rules_id> or <rules_group>"
            )
        }
        if response.timeoutSeconds > 0, response.command.kind.takesAlert,
            !response.command.allowsTimeout
        {
            reader.warning(
                section,
                code: "timeout-not-allowed",
                "the command \(response.command.name) allows no <timeout>; nothing is undone",
                hint: "write <timeout_allowed>yes in its <command>"
            )
        }
    }

    private mutating func minutes(_ element: XMLElement) -> [Int] {
        let parts = reader.text(element).split(separator: ",").map {
            Int(String($0).trimmingBlanks()) ?? 0
        }
        guard parts.count <= 5, parts.allSatisfy({ (1...525_600).contains($0) }) else {
            badValue(element, "write at most five numbers of minutes with commas between")
            return []
        }
        return parts
    }

    private mutating func readNever(_ element: XMLElement, into protections: inout Protections) {
        for attribute in element.attributes {
            let value = attribute.string
            switch attribute.name {
            case "name": protections.names.append(value)
            case "image": protections.images.append(value)
            case "label": protections.labels.append(value)
            case "network": protections.networks.append(value)
            case "account": protections.accounts.insert(value)
            case "act":
                guard let kind = ActKind(rawValue: value) else {
                    badValue(element, "act=\"\(value)\" is no act; see docs/responses.md")
                    break
                }
                protections.kinds.insert(kind)
            case "address":
                do {
                    try protections.addresses.append(value.utf8)
                } catch {
                    badValue(element, "address=\"\(value)\" is no address and no network")
                }
            default:
                badValue(element, "known are name, image, label, network, address, account and act")
            }
        }
    }

    private mutating func badValue(_ element: XMLElement, _ hint: String) {
        reader.error(
            element,
            code: "bad-value",
            "<\(element.name)> \"\(reader.text(element))\" cannot be used",
            hint: hint
        )
    }
}
