// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The words for the numbers in events of Windows' audit policy.
///
/// Source: analysis-engine.md §D.1; Microsoft, "Audit policy recommendations" and
/// the message table of msobjs.dll (subcategories).
enum WindowsAudit {
    private static let categories = [
        "System", "Logon/Logoff", "Object Access", "Privilege Use", "Detailed Tracking",
        "Policy Change", "Account Management", "DS Access", "Account Logon",
    ]

    /// By the number of the first.
    private static let subcategories: [(first: Int, names: [String])] = [
        (
            12288,
            [
                "Security State Change", "Security System Extension", "System Integrity",
                "IPsec Driver", "Other System Events",
            ]
        ),
        (
            12544,
            [
                "Logon", "Logoff", "Account Lockout", "IPsec Main Mode", "Special Logon",
                "IPsec Quick Mode", "IPsec Extended Mode", "Other Logon/Logoff Events",
                "Network Policy Server", "User / Device Claims", "Group Membership",
            ]
        ),
        (
            12800,
            [
                "File System", "Registry", "Kernel Object", "SAM", "Other Object Access Events",
                "Certification Services", "Application Generated", "Handle Manipulation",
                "File Share", "Filtering Platform Packet Drop", "Filtering Platform Connection",
                "Detailed File Share", "Removable Storage", "Central Policy Staging",
            ]
        ),
        (
            13056,
            [
                "Sensitive Privilege Use", "Non Sensitive Privilege Use",
                "Other Privilege Use Events",
            ]
        ),
        (
            13312,
            [
                "Process Creation", "Process Termination", "DPAPI Activity", "RPC Events",
                "Plug and Play Events", "Token Right Adjusted Events",
            ]
        ),
        (
            13568,
            [
                "Audit Policy Change", "Authentication Policy Change",
                "Authorization Policy Change", "MPSSVC Rule-Level Policy Change",
                "Filtering Platform Policy Change", "Other Policy Change Events",
            ]
        ),
        (
            13824,
            [
                "User Account Management", "Computer Account Management",
                "Security Group Management", "Distribution Group Management",
                "Application Group Management", "Other Account Management Events",
            ]
        ),
        (
            14080,
            [
                "Directory Service Access", "Directory Service Changes",
                "Directory Service Replication", "Detailed Directory Service Replication",
            ]
        ),
        (
            14336,
            [
                "Credential Validation", "Kerberos Service Ticket Operations",
                "Other Account Logon Events", "Kerberos Authentication Service",
            ]
        ),
    ]

    private static let changes = [
        8448: "Success removed", 8449: "Success added", 8450: "Failure removed",
        8451: "Failure added",
    ]

    /// The category of a text such as `%%8273`; empty for one that is not known.
    static func category(_ text: [UInt8]) -> [UInt8] {
        guard let number = numbers(in: text).first, categories.indices.contains(number - 8272)
        else { return [] }
        return Array(categories[number - 8272].utf8)
    }

    /// The subcategory of a text such as `%%12544`; empty for one that is not known.
    static func subcategory(_ text: [UInt8]) -> [UInt8] {
        guard let number = numbers(in: text).first,
            let list = subcategories.last(where: { $0.first <= number }),
            list.names.indices.contains(number - list.first)
        else { return [] }
        return Array(list.names[number - list.first].utf8)
    }

    /// The changes of a text such as `%%8448, %%8450`, with commas between.
    static func policyChanges(_ text: [UInt8]) -> [UInt8] {
        Array(numbers(in: text).compactMap { changes[$0] }.joined(separator: ", ").utf8)
    }

    /// The numbers in a text, of at most nine digits each.
    private static func numbers(in text: [UInt8]) -> [Int] {
        text.split { !(0x30...0x39).contains($0) }.compactMap { digits in
            digits.count <= 9 ? Int(String(decoding: digits, as: UTF8.self)) : nil
        }
    }
}
