// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Posture
import Testing

@Suite("<sca> and <posture>")
struct PostureSettingsTests {
    private func read(_ body: String) -> OssecConfiguration {
        OssecConfiguration(Array("<ossec_config>\(body)</ossec_config>".utf8), file: "ossec.conf")
    }

    @Test("without a word everything is looked at, and the benchmark runs every 12 hours")
    func absent() {
        let settings = read("").settings.posture
        #expect(settings == PostureSettings())
        #expect(settings.isOn)
        #expect(settings.auditSeconds == 43_200)
        #expect(settings.auditAlerts == .failed)
    }

    @Test("Wazuh's stock <sca> is taken without a word")
    func stock() {
        let read = read(
            """
            <sca><enabled>yes</enabled><scan_on_start>yes</scan_on_start>
            <interval>6h</interval><skip_nfs>yes</skip_nfs></sca>
            """
        )
        #expect(read.diagnostics == [])
        #expect(read.settings.posture.auditSeconds == 21_600)
        #expect(read.settings.posture.auditsOnStart)
    }

    @Test("<sca> that is off ends the benchmark, not the look at containers")
    func off() {
        let settings = read("<sca><interval>1h</interval><enabled>no</enabled></sca>").settings
        #expect(settings.posture.auditSeconds == nil)
        #expect(settings.posture.isOn)
    }

    @Test("<posture> in <jaga> says the rest")
    func posture() {
        let read = read(
            """
            <jaga><posture><enabled>no</enabled><image_days>30</image_days>
            <quiet_time>2h</quiet_time><audit_alerts>all</audit_alerts>
            <host_root>/host</host_root></posture></jaga>
            """
        )
        #expect(read.diagnostics == [])
        let settings = read.settings.posture
        #expect(!settings.isOn)
        #expect(settings.imageDays == 30)
        #expect(settings.quietMinutes == 120)
        #expect(settings.auditAlerts == .all)
        #expect(settings.root == "/host")
    }

    @Test("what is wrong, unknown or not supported is said, and changes nothing")
    func wrong() {
        let read = read(
            """
            <sca><interval>soon</interval><policies><policy>x.yml</policy></policies></sca>
            <jaga><posture><image_days>0</image_days><audit_alerts>some</audit_alerts>
            <host_root>host</host_root><other/></posture></jaga>
            """
        )
        #expect(
            read.diagnostics.map(\.code) == [
                "bad-value", "unsupported-element", "bad-value", "bad-value", "bad-value",
                "unknown-element",
            ]
        )
        #expect(read.settings.posture == PostureSettings())
    }

    @Test("the environment is above the file")
    func environment() {
        let file = read("<sca><interval>1h</interval></sca>").settings.posture
        let settings = file.overlaid(
            by: [
                "JAGA_AUDIT_HOURS": "0", "JAGA_AUDIT_ALERTS": "changes",
                "JAGA_POSTURE_IMAGE_DAYS": "x",
            ]
        )
        #expect(settings.auditSeconds == nil)
        #expect(settings.auditAlerts == .changes)
        #expect(settings.imageDays == 90)
        #expect(file.overlaid(by: [:]) == file)
    }
}
