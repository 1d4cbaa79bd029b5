// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML

/// Reads `<global>`, `<alerts>` and `<ruleset>`: what concerns the engine.
///
/// Source: analysis-engine.md §10; around-the-engine.md §3.2.
struct EngineSections {
    private var reader: BlockReader
    private var settings: Settings

    /// Reads one section into the settings; what is wrong comes back.
    static func read(
        _ section: XMLElement,
        file: String,
        into settings: inout Settings
    ) -> [Diagnostic] {
        var me = EngineSections(reader: BlockReader(file: file), settings: settings)
        for child in section.children {
            switch section.name {
            case "alerts": me.readAlerts(child)
            case "ruleset": me.readRuleset(child)
            default: me.readGlobal(child)
            }
        }
        settings = me.settings
        return me.reader.diagnostics
    }

    private mutating func readAlerts(_ child: XMLElement) {
        switch child.name {
        case "log_alert_level":
            settings.logAlertLevel = reader.number(child, in: 1...16) ?? settings.logAlertLevel
        case "email_alert_level":
            settings.emailAlertLevel = reader.number(child, in: 1...16) ?? settings.emailAlertLevel
        case "use_geoip": reader.unsupported(child, in: "<alerts>")
        default:
            reader.unknown(child, in: "<alerts>", known: ["log_alert_level", "email_alert_level"])
        }
    }

    private mutating func readGlobal(_ child: XMLElement) {
        switch child.name {
        case "jsonout_output":
            if reader.yesNo(child) == false {
                reader.warning(
                    child,
                    code: "always-on",
                    "alerts.json is always written",
                    hint: "it is the record of alerts that everything else follows"
                )
            }
        case "logall_json":
            settings.keepsArchives = reader.yesNo(child) ?? settings.keepsArchives
        case "geoip_db_path", "geoip_db":
            let path = reader.text(child)
            settings.geoDatabase = path.isEmpty ? nil : path
        case "agents_disconnection_time":
            settings.fleet.disconnectionSeconds =
                FleetReader.seconds(child, &reader) ?? settings.fleet.disconnectionSeconds
        case "agents_disconnection_alert_time":
            settings.fleet.disconnectionAlertSeconds =
                FleetReader.seconds(child, &reader) ?? settings.fleet.disconnectionAlertSeconds
        case "white_list": ResponseReader.whiteList(child, &reader, &settings)
        case let name where MailReader.globals.contains(name):
            MailReader.global(child, &reader, &settings.outputs.mail)
        case let name where Self.laterGlobals.contains(name):
            reader.unsupported(child, in: "<global>")
        default:
            reader.unknown(
                child,
                in: "<global>",
                known: ["jsonout_output", "logall_json", "geoip_db_path"]
            )
        }
    }

    private mutating func readRuleset(_ child: XMLElement) {
        let value = reader.text(child)
        guard !value.isEmpty else {
            reader.warning(
                child,
                code: "empty-element",
                "<\(child.name)> is empty; ignored",
                hint: "name a file or folder"
            )
            return
        }
        switch child.name {
        case "decoder_dir": settings.ruleset.decoderFolders.append(folder(child, value))
        case "rule_dir": settings.ruleset.ruleFolders.append(folder(child, value))
        case "decoder_include": settings.ruleset.decoderIncludes.append(value)
        case "rule_include": settings.ruleset.ruleIncludes.append(value)
        case "decoder_exclude": settings.ruleset.decoderExcludes.append(value)
        case "rule_exclude": settings.ruleset.ruleExcludes.append(value)
        case "list": settings.ruleset.lists.append(value)
        case "reload_on_change":
            settings.reloadsOnChange = reader.yesNo(child) ?? settings.reloadsOnChange
        case "switch_off_after":
            settings.switchOffAfter =
                reader.number(child, in: 0...1_000_000) ?? settings.switchOffAfter
        default:
            reader.unknown(
                child,
                in: "<ruleset>",
                known: [
                    "decoder_dir", "rule_dir", "decoder_include", "rule_include",
                    "decoder_exclude", "rule_exclude", "list", "reload_on_change",
                    "switch_off_after",
                ]
            )
        }
    }

    private func folder(_ child: XMLElement, _ path: String) -> RulesetSection.Folder {
        var folder = RulesetSection.Folder(path: path)
        if let pattern = child.attributes.first(where: { $0.name == "pattern" }) {
            folder.pattern = String(decoding: pattern.value, as: UTF8.self)
        }
        return folder
    }

    private static let laterGlobals: Set<String> = [
        "alerts_log", "logall", "memory_size", "stats",
        "integrity_checking", "rootkit_detection", "host_information", "rotate_interval",
        "max_output_size", "limits", "update_check", "cti-url", "queue_size", "custom_alert_output",
    ]
}
