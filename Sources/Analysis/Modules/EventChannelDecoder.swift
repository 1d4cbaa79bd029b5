// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset
import EventModel
import OSXML

/// An event of Windows: `{"Message":"…","Event":"<Event …>…</Event>"}` becomes the
/// document `{"win":{"system":{…},"eventdata":{…}}}`.
///
/// The event's XML is read as JSON writes it: a backslash in it stays two, which is
/// what users' rules for paths expect.
///
/// Source: analysis-engine.md §D.1.
enum EventChannelDecoder {
    static func decode(_ text: Span<UInt8>) -> ModuleOutcome {
        guard let message = ModuleJSON(text), let event = message["Event"]?.text else {
            return .malformed
        }
        var escaped: [UInt8] = []
        escaped.appendJSONString(event.span)
        let inner = Array(escaped.dropFirst().dropLast())
        guard let document = try? OSXMLDocument.parse(inner, variables: false),
            let root = document.roots.first(where: { $0.name == "Event" })
        else {
            // What is no event says so by being counted as malformed.
            return .malformed
        }
        var system = WindowsMembers()
        var data = WindowsMembers()
        var others: [(name: String, members: WindowsMembers)] = []
        for part in root.children {
            switch part.name {
            case "System": addSystem(part, to: &system)
            case "EventData": addData(part, to: &data)
            default: others += part.children.map { (WindowsMembers.key($0.name), leaves(of: $0)) }
            }
        }
        addSeverity(to: &system)
        if let text = message["Message"]?.text { system.add("message", quoted(text)) }
        addAuditNames(to: &data)
        var report = ModuleReport(.windowsEventChannel)
        report.hasJSON = true
        report.log = log(system, data, others)
        return .report(report)
    }

    // MARK: System

    private static func addSystem(_ element: XMLElement, to system: inout WindowsMembers) {
        for child in element.children {
            func add(_ attribute: String, as name: String) {
                if let value = child.attribute(attribute) { system.add(name, value.value) }
            }
            switch child.name {
            case "Provider":
                add("Name", as: "providerName")
                add("Guid", as: "providerGuid")
                add("EventSourceName", as: "eventSourceName")
            case "TimeCreated": add("SystemTime", as: "systemTime")
            case "Execution":
                add("ProcessID", as: "processID")
                add("ThreadID", as: "threadID")
            case "Correlation", "Security": continue
            default: system.add(WindowsMembers.key(child.name), child.text)
            }
        }
    }

    private static func addSeverity(to system: inout WindowsMembers) {
        guard let level = system["level"], let keywords = system["keywords"] else { return }
        system.add("severityValue", Array(severity(level, keywords).utf8))
    }

    private static func severity(_ level: [UInt8], _ keywords: [UInt8]) -> String {
        switch String(decoding: level, as: UTF8.self) {
        case "1": return "CRITICAL"
        case "2": return "ERROR"
        case "3": return "WARNING"
        case "4": return "INFORMATION"
        case "5": return "VERBOSE"
        case "0":
            let digits = String(decoding: keywords.drop { $0 == 0x30 }.dropFirst(), as: UTF8.self)
            let bits = UInt64(digits, radix: 16) ?? 0
            if bits & 0x10_0000_0000_0000 != 0 { return "AUDIT_FAILURE" }
            return bits & 0x20_0000_0000_0000 != 0 ? "AUDIT_SUCCESS" : "UNKNOWN"
        default: return "UNKNOWN"
        }
    }

    /// The message in quotes, as alerts of Wazuh have it.
    private static func quoted(_ message: [UInt8]) -> [UInt8] {
        [UInt8(ascii: "\"")] + message + [UInt8(ascii: "\"")]
    }

    // MARK: Data

    private static func addData(_ element: XMLElement, to data: inout WindowsMembers) {
        var unnamed: [[UInt8]] = []
        for child in element.children {
            let value = trimmed(child.text)
            guard !value.isEmpty, value != Array("-".utf8), value != Array("(NULL)".utf8) else {
                continue
            }
            guard child.name == "Data" else {
                data.add(WindowsMembers.key(child.name), value)
                continue
            }
            if let name = child.attribute("Name") {
                data.add(WindowsMembers.key(name.string), value)
            } else {
                unnamed.append(value)
            }
        }
        if !unnamed.isEmpty { data.add("data", Array(unnamed.joined(separator: ", ".utf8))) }
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        var text = text
        while let last = text.last, last == 0x20 || last &- 9 < 5 { text.removeLast() }
        return text
    }

    /// What Windows says in numbers of its audit policy.
    private static func addAuditNames(to data: inout WindowsMembers) {
        if let category = data["categoryId"], let subcategory = data["subcategoryId"] {
            data.add("category", WindowsAudit.category(category))
            data.add("subcategory", WindowsAudit.subcategory(subcategory))
        }
        if let changes = data["auditPolicyChanges"] {
            data.rename("auditPolicyChanges", to: "auditPolicyChangesId")
            data.add("auditPolicyChanges", WindowsAudit.policyChanges(changes))
        }
    }

    /// The texts of an element's leaves, at any depth.
    private static func leaves(of element: XMLElement) -> WindowsMembers {
        var members = WindowsMembers()
        var open = element.children
        // In the order of the document: the first is the last of the stack.
        open.reverse()
        while let next = open.popLast() {
            if next.children.isEmpty {
                members.add(WindowsMembers.key(next.name), trimmed(next.text))
            } else {
                open += next.children.reversed()
            }
        }
        return members
    }

    // MARK: Document

    private static func log(
        _ system: WindowsMembers,
        _ data: WindowsMembers,
        _ others: [(name: String, members: WindowsMembers)]
    ) -> [UInt8] {
        var log = Array("{\"win\":{\"system\":".utf8)
        system.append(to: &log)
        if !data.isEmpty {
            log += Array(",\"eventdata\":".utf8)
            data.append(to: &log)
        }
        for other in others where !other.members.isEmpty {
            log.append(UInt8(ascii: ","))
            log.appendJSONString(other.name)
            log.append(UInt8(ascii: ":"))
            other.members.append(to: &log)
        }
        return log + Array("}}".utf8)
    }
}
