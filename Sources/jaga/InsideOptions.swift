// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Posture

/// Flags on what is looked for in images, and in how things are run.
struct InsideOptions: ParsableArguments {
    enum Switch: String, ExpressibleByArgument, CaseIterable {
        case on, off
    }

    enum ScanMode: String, ExpressibleByArgument, CaseIterable {
        case automatic, on, off
    }

    @Option(help: "Look at how containers and the engine are run. (default: JAGA_POSTURE, else on)")
    var posture: Switch?

    @Option(
        help: ArgumentHelp(
            "Hours between two runs of the CIS benchmark, 0 for none. "
                + "(default: JAGA_AUDIT_HOURS, else <sca>, else 12)",
            valueName: "n"
        )
    )
    var auditHours: Int?

    @Option(
        help: "What of the benchmark becomes an alert. (default: JAGA_AUDIT_ALERTS, else failed)"
    )
    var auditAlerts: AssessmentScope?

    @Option(
        help: ArgumentHelp(
            "Where the host's files are seen from. (default: JAGA_AUDIT_ROOT, else /)",
            valueName: "dir"
        )
    )
    var hostRoot: String?

    @Option(
        help: ArgumentHelp(
            "Scan images: automatic is once there are advisories, on downloads them too. "
                + "(default: JAGA_SCAN, else <vulnerability-detection>, else automatic)"
        )
    )
    var scan: ScanMode?

    func validate() throws {
        if let auditHours, !(0...8_760).contains(auditHours) {
            throw ValidationError("--audit-hours is from 0 to 8760")
        }
        if let hostRoot, !hostRoot.hasPrefix("/") {
            throw ValidationError("--host-root is a path from the root, such as /host")
        }
    }

    /// The environment with what the flags say instead.
    func overlaid(on environment: [String: String]) -> [String: String] {
        var environment = environment
        let values = [
            "JAGA_POSTURE": posture?.rawValue, "JAGA_AUDIT_HOURS": auditHours.map { "\($0)" },
            "JAGA_AUDIT_ALERTS": auditAlerts?.rawValue, "JAGA_AUDIT_ROOT": hostRoot,
            "JAGA_SCAN": scan?.rawValue,
        ]
        for case let (name, value?) in values { environment[name] = value }
        return environment
    }
}

extension AssessmentScope: ExpressibleByArgument {}
