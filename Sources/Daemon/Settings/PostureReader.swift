// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML
import Posture

/// Reads `<sca>`, as far as the benchmark goes, and `<posture>` of `<jaga>`.
///
/// ```xml
/// <sca><enabled>yes</enabled><scan_on_start>no</scan_on_start><interval>12h</interval></sca>
/// <jaga>
///   <posture>
///     <enabled>yes</enabled>
///     <image_days>90</image_days>
///     <quiet_time>1d</quiet_time>
///     <audit_alerts>failed</audit_alerts>
///     <host_root>/host</host_root>
///   </posture>
/// </jaga>
/// ```
/// Source: around-the-engine.md §3, §11.
enum PostureReader {
    /// What `<sca>` says of the benchmark.
    static func assessment(
        _ section: XMLElement,
        file: String,
        into settings: inout PostureSettings
    ) -> [Diagnostic] {
        var reader = BlockReader(file: file)
        var interval = settings.auditSeconds
        for child in section.children {
            switch child.name {
            case "enabled":
                if reader.yesNo(child) == false { interval = nil }
            case "scan_on_start":
                settings.auditsOnStart = reader.yesNo(child) ?? settings.auditsOnStart
            case "interval":
                guard let seconds = FleetReader.seconds(child, &reader) else { continue }
                if interval != nil {
                    interval = min(max(60, seconds), PostureSettings.longestInterval)
                }
            // Of walks over files, which there are none of.
            case "skip_nfs", "synchronization": break
            case "day", "wday", "time", "policies", "max_eps":
                reader.unsupported(child, in: "<sca>")
            default:
                reader.unknown(
                    child,
                    in: "<sca>",
                    known: ["enabled", "scan_on_start", "interval"]
                )
            }
        }
        settings.auditSeconds = interval
        return reader.diagnostics
    }

    /// What each `<posture>` in `<jaga>` says.
    static func read(
        _ section: XMLElement,
        file: String,
        into settings: inout PostureSettings
    ) -> [Diagnostic] {
        var reader = BlockReader(file: file)
        for block in section.children where block.name == "posture" {
            for child in block.children { read(child, &reader, into: &settings) }
        }
        return reader.diagnostics
    }

    private static func read(
        _ child: XMLElement,
        _ reader: inout BlockReader,
        into settings: inout PostureSettings
    ) {
        switch child.name {
        case "enabled": settings.isOn = reader.yesNo(child) ?? settings.isOn
        case "image_days":
            settings.imageDays = reader.number(child, in: 1...36_500) ?? settings.imageDays
        case "quiet_time":
            guard let seconds = FleetReader.seconds(child, &reader) else { return }
            settings.quietMinutes = min(seconds / 60, 525_600)
        case "audit_alerts":
            if let scope = AssessmentScope(rawValue: reader.text(child)) {
                settings.auditAlerts = scope
            } else {
                bad(child, &reader, hint: "write failed, changes or all")
            }
        case "host_root":
            let root = reader.text(child)
            guard root.hasPrefix("/") else {
                return bad(child, &reader, hint: "write a path from the root, such as /host")
            }
            settings.root = root
        default:
            reader.unknown(
                child,
                in: "<posture>",
                known: ["enabled", "image_days", "quiet_time", "audit_alerts", "host_root"]
            )
        }
    }

    private static func bad(_ child: XMLElement, _ reader: inout BlockReader, hint: String) {
        reader.error(
            child,
            code: "bad-value",
            "<\(child.name)> is \"\(reader.text(child))\"",
            hint: hint
        )
    }
}
