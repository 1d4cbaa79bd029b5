// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension MitreMatrix {
    /// One technique a line: id, tactics in the order of its kill-chain
    /// phases, name.
    ///
    /// Source: MITRE ATT&CK, enterprise matrix, https://attack.mitre.org.
    static let table = """
        T1001|cc|Data Obfuscation
        T1003|ca|OS Credential Dumping
        T1003.001|ca|LSASS Memory
        T1003.002|ca|Security Account Manager
        T1003.003|ca|NTDS
        T1003.004|ca|LSA Secrets
        T1003.006|ca|DCSync
        T1003.007|ca|Proc Filesystem
        T1003.008|ca|/etc/passwd and /etc/shadow
        T1005|co|Data from Local System
        T1007|di|System Service Discovery
        T1008|cc|Fallback Channels
        T1010|di|Application Window Discovery
        T1012|di|Query Registry
        T1014|de|Rootkit
        T1016|di|System Network Configuration Discovery
        T1018|di|Remote System Discovery
        T1020|xf|Automated Exfiltration
        T1021|lm|Remote Services
        T1021.001|lm|Remote Desktop Protocol
        T1021.002|lm|SMB/Windows Admin Shares
        T1021.003|lm|Distributed Component Object Model
        T1021.004|lm|SSH
        T1021.005|lm|VNC
        T1021.006|lm|Windows Remote Management
        T1025|co|Data from Removable Media
        T1027|de|Obfuscated Files or Information
        T1027.002|de|Software Packing
        T1027.004|de|Compile After Delivery
        T1029|xf|Scheduled Transfer
        T1030|xf|Data Transfer Size Limits
        T1033|di|System Owner/User Discovery
        T1036|de|Masquerading
        T1036.002|de|Right-to-Left Override
        T1036.003|de|Rename System Utilities
        T1036.004|de|Masquerade Task or Service
        T1036.005|de|Match Legitimate Name or Location
        T1037|ps pv|Boot or Logon Initialization Scripts
        T1037.004|ps pv|RC Scripts
        T1039|co|Data from Network Shared Drive
        T1040|ca di|Network Sniffing
        T1041|xf|Exfiltration Over C2 Channel
        T1046|di|Network Service Discovery
        T1047|ex|Windows Management Instrumentation
        T1048|xf|Exfiltration Over Alternative Protocol
        T1048.001|xf|Exfiltration Over Symmetric Encrypted Non-C2 Protocol
        T1048.003|xf|Exfiltration Over Unencrypted Non-C2 Protocol
        T1049|di|System Network Connections Discovery
        T1053|ex ps pv|Scheduled Task/Job
        T1053.002|ex ps pv|At
        T1053.003|ex ps pv|Cron
        T1053.005|ex ps pv|Scheduled Task
        T1053.006|ex ps pv|Systemd Timers
        T1053.007|ex ps pv|Container Orchestration Job
        T1055|de pv|Process Injection
        T1055.001|de pv|Dynamic-link Library Injection
        T1055.002|de pv|Portable Executable Injection
        T1055.003|de pv|Thread Execution Hijacking
        T1055.008|de pv|Ptrace System Calls
        T1055.012|de pv|Process Hollowing
        T1056|co ca|Input Capture
        T1056.001|co ca|Keylogging
        T1057|di|Process Discovery
        T1059|ex|Command and Scripting Interpreter
        T1059.001|ex|PowerShell
        T1059.003|ex|Windows Command Shell
        T1059.004|ex|Unix Shell
        T1059.005|ex|Visual Basic
        T1059.006|ex|Python
        T1059.007|ex|JavaScript
        T1068|pv|Exploitation for Privilege Escalation
        T1069|di|Permission Groups Discovery
        T1069.001|di|Local Groups
        T1069.002|di|Domain Groups
        T1070|de|Indicator Removal
        T1070.001|de|Clear Windows Event Logs
        T1070.002|de|Clear Linux or Mac System Logs
        T1070.003|de|Clear Command History
        T1070.004|de|File Deletion
        T1070.005|de|Network Share Connection Removal
        T1070.006|de|Timestomp
        T1071|cc|Application Layer Protocol
        T1071.001|cc|Web Protocols
        T1071.002|cc|File Transfer Protocols
        T1071.003|cc|Mail Protocols
        T1071.004|cc|DNS
        T1072|ex lm|Software Deployment Tools
        T1074|co|Data Staged
        T1074.001|co|Local Data Staging
        T1078|de ps pv ia|Valid Accounts
        T1078.001|de ps pv ia|Default Accounts
        T1078.002|de ps pv ia|Domain Accounts
        T1078.003|de ps pv ia|Local Accounts
        T1078.004|de ps pv ia|Cloud Accounts
        T1080|lm|Taint Shared Content
        T1082|di|System Information Discovery
        T1083|di|File and Directory Discovery
        T1087|di|Account Discovery
        T1087.001|di|Local Account
        T1087.002|di|Domain Account
        T1087.004|di|Cloud Account
        T1090|cc|Proxy
        T1090.001|cc|Internal Proxy
        T1090.002|cc|External Proxy
        T1090.003|cc|Multi-hop Proxy
        T1091|lm ia|Replication Through Removable Media
        T1092|cc|Communication Through Removable Media
        T1095|cc|Non-Application Layer Protocol
        T1098|ps pv|Account Manipulation
        T1098.001|ps pv|Additional Cloud Credentials
        T1098.002|ps pv|Additional Email Delegate Permissions
        T1098.003|ps pv|Additional Cloud Roles
        T1098.004|ps pv|SSH Authorized Keys
        T1098.006|ps pv|Additional Container Cluster Roles
        T1102|cc|Web Service
        T1104|cc|Multi-Stage Channels
        T1105|cc|Ingress Tool Transfer
        T1106|ex|Native API
        T1110|ca|Brute Force
        T1110.001|ca|Password Guessing
        T1110.002|ca|Password Cracking
        T1110.003|ca|Password Spraying
        T1110.004|ca|Credential Stuffing
        T1111|ca|Multi-Factor Authentication Interception
        T1112|de|Modify Registry
        T1113|co|Screen Capture
        T1114|co|Email Collection
        T1114.001|co|Local Email Collection
        T1114.003|co|Email Forwarding Rule
        T1115|co|Clipboard Data
        T1119|co|Automated Collection
        T1120|di|Peripheral Device Discovery
        T1123|co|Audio Capture
        T1124|di|System Time Discovery
        T1125|co|Video Capture
        T1127|de|Trusted Developer Utilities Proxy Execution
        T1129|ex|Shared Modules
        T1132|cc|Data Encoding
        T1133|ps ia|External Remote Services
        T1134|de pv|Access Token Manipulation
        T1135|di|Network Share Discovery
        T1136|ps|Create Account
        T1136.001|ps|Local Account
        T1136.002|ps|Domain Account
        T1136.003|ps|Cloud Account
        T1137|ps|Office Application Startup
        T1137.006|ps|Add-ins
        T1140|de|Deobfuscate/Decode Files or Information
        T1176|ps|Browser Extensions
        T1185|co|Browser Session Hijacking
        T1187|ca|Forced Authentication
        T1189|ia|Drive-by Compromise
        T1190|ia|Exploit Public-Facing Application
        T1195|ia|Supply Chain Compromise
        T1195.001|ia|Compromise Software Dependencies and Development Tools
        T1195.002|ia|Compromise Software Supply Chain
        T1197|de ps|BITS Jobs
        T1199|ia|Trusted Relationship
        T1200|ia|Hardware Additions
        T1201|di|Password Policy Discovery
        T1202|de|Indirect Command Execution
        T1203|ex|Exploitation for Client Execution
        T1204|ex|User Execution
        T1204.001|ex|Malicious Link
        T1204.002|ex|Malicious File
        T1204.003|ex|Malicious Image
        T1205|de ps cc|Traffic Signaling
        T1207|de|Rogue Domain Controller
        T1210|lm|Exploitation of Remote Services
        T1211|de|Exploitation for Defense Evasion
        T1212|ca|Exploitation for Credential Access
        T1213|co|Data from Information Repositories
        T1213.002|co|Sharepoint
        T1213.003|co|Code Repositories
        T1216|de|System Script Proxy Execution
        T1217|di|Browser Information Discovery
        T1218|de|System Binary Proxy Execution
        T1218.005|de|Mshta
        T1218.010|de|Regsvr32
        T1218.011|de|Rundll32
        T1218.012|de|Verclsid
        T1219|cc|Remote Access Software
        T1220|de|XSL Script Processing
        T1221|de|Template Injection
        T1222|de|File and Directory Permissions Modification
        T1222.002|de|Linux and Mac File and Directory Permissions Modification
        T1480|de|Execution Guardrails
        T1482|di|Domain Trust Discovery
        T1484|de pv|Domain or Tenant Policy Modification
        T1484.001|de pv|Group Policy Modification
        T1485|im|Data Destruction
        T1486|im|Data Encrypted for Impact
        T1489|im|Service Stop
        T1490|im|Inhibit System Recovery
        T1491|im|Defacement
        T1491.001|im|Internal Defacement
        T1491.002|im|External Defacement
        T1495|im|Firmware Corruption
        T1496|im|Resource Hijacking
        T1497|de di|Virtualization/Sandbox Evasion
        T1498|im|Network Denial of Service
        T1498.001|im|Direct Network Flood
        T1498.002|im|Reflection Amplification
        T1499|im|Endpoint Denial of Service
        T1499.001|im|OS Exhaustion Flood
        T1499.002|im|Service Exhaustion Flood
        T1499.003|im|Application Exhaustion Flood
        T1499.004|im|Application or System Exploitation
        T1505|ps|Server Software Component
        T1505.001|ps|SQL Stored Procedures
        T1505.003|ps|Web Shell
        T1518|di|Software Discovery
        T1518.001|di|Security Software Discovery
        T1525|ps|Implant Internal Image
        T1526|di|Cloud Service Discovery
        T1528|ca|Steal Application Access Token
        T1529|im|System Shutdown/Reboot
        T1530|co|Data from Cloud Storage
        T1531|im|Account Access Removal
        T1534|lm|Internal Spearphishing
        T1535|de|Unused/Unsupported Cloud Regions
        T1537|xf|Transfer Data to Cloud Account
        T1538|di|Cloud Service Dashboard
        T1539|ca|Steal Web Session Cookie
        T1542|de ps|Pre-OS Boot
        T1543|ps pv|Create or Modify System Process
        T1543.001|ps pv|Launch Agent
        T1543.002|ps pv|Systemd Service
        T1543.003|ps pv|Windows Service
        T1543.005|ps pv|Container Service
        T1546|pv ps|Event Triggered Execution
        T1546.003|pv ps|Windows Management Instrumentation Event Subscription
        T1546.004|pv ps|Unix Shell Configuration Modification
        T1546.011|pv ps|Application Shimming
        T1546.015|pv ps|Component Object Model Hijacking
        T1547|ps pv|Boot or Logon Autostart Execution
        T1547.001|ps pv|Registry Run Keys / Startup Folder
        T1547.006|ps pv|Kernel Modules and Extensions
        T1547.012|ps pv|Print Processors
        T1548|pv de|Abuse Elevation Control Mechanism
        T1548.001|pv de|Setuid and Setgid
        T1548.002|pv de|Bypass User Account Control
        T1548.003|pv de|Sudo and Sudo Caching
        T1550|de lm|Use Alternate Authentication Material
        T1550.001|de lm|Application Access Token
        T1550.002|de lm|Pass the Hash
        T1550.003|de lm|Pass the Ticket
        T1550.004|de lm|Web Session Cookie
        T1552|ca|Unsecured Credentials
        T1552.001|ca|Credentials In Files
        T1552.003|ca|Bash History
        T1552.004|ca|Private Keys
        T1552.005|ca|Cloud Instance Metadata API
        T1552.007|ca|Container API
        T1553|de|Subvert Trust Controls
        T1554|ps|Compromise Host Software Binary
        T1555|ca|Credentials from Password Stores
        T1555.003|ca|Credentials from Web Browsers
        T1556|ca de ps|Modify Authentication Process
        T1556.003|ca de ps|Pluggable Authentication Modules
        T1556.006|ca de ps|Multi-Factor Authentication
        T1557|ca co|Adversary-in-the-Middle
        T1557.002|ca co|ARP Cache Poisoning
        T1558|ca|Steal or Forge Kerberos Tickets
        T1558.003|ca|Kerberoasting
        T1559|ex|Inter-Process Communication
        T1559.001|ex|Component Object Model
        T1560|co|Archive Collected Data
        T1560.001|co|Archive via Utility
        T1561|im|Disk Wipe
        T1561.001|im|Disk Content Wipe
        T1562|de|Impair Defenses
        T1562.001|de|Disable or Modify Tools
        T1562.002|de|Disable Windows Event Logging
        T1562.003|de|Impair Command History Logging
        T1562.004|de|Disable or Modify System Firewall
        T1562.006|de|Indicator Blocking
        T1562.007|de|Disable or Modify Cloud Firewall
        T1562.008|de|Disable or Modify Cloud Logs
        T1563|lm|Remote Service Session Hijacking
        T1563.001|lm|SSH Hijacking
        T1564|de|Hide Artifacts
        T1564.001|de|Hidden Files and Directories
        T1565|im|Data Manipulation
        T1565.001|im|Stored Data Manipulation
        T1566|ia|Phishing
        T1566.001|ia|Spearphishing Attachment
        T1566.002|ia|Spearphishing Link
        T1567|xf|Exfiltration Over Web Service
        T1567.002|xf|Exfiltration to Cloud Storage
        T1568|cc|Dynamic Resolution
        T1569|ex|System Services
        T1569.002|ex|Service Execution
        T1570|lm|Lateral Tool Transfer
        T1571|cc|Non-Standard Port
        T1572|cc|Protocol Tunneling
        T1573|cc|Encrypted Channel
        T1574|ps pv de|Hijack Execution Flow
        T1574.001|ps pv de|DLL Search Order Hijacking
        T1574.002|ps pv de|DLL Side-Loading
        T1574.006|ps pv de|Dynamic Linker Hijacking
        T1574.010|ps pv de|Services File Permissions Weakness
        T1578|de|Modify Cloud Compute Infrastructure
        T1580|di|Cloud Infrastructure Discovery
        T1583|rd|Acquire Infrastructure
        T1584|rd|Compromise Infrastructure
        T1584.002|rd|DNS Server
        T1586|rd|Compromise Accounts
        T1587|rd|Develop Capabilities
        T1587.001|rd|Malware
        T1587.004|rd|Exploits
        T1588|rd|Obtain Capabilities
        T1588.001|rd|Malware
        T1589|re|Gather Victim Identity Information
        T1589.001|re|Credentials
        T1590|re|Gather Victim Network Information
        T1592|re|Gather Victim Host Information
        T1594|re|Search Victim-Owned Websites
        T1595|re|Active Scanning
        T1595.001|re|Scanning IP Blocks
        T1595.002|re|Vulnerability Scanning
        T1595.003|re|Wordlist Scanning
        T1598|re|Phishing for Information
        T1602|co|Data from Configuration Repository
        T1606|ca|Forge Web Credentials
        T1609|ex|Container Administration Command
        T1610|de ex|Deploy Container
        T1611|pv|Escape to Host
        T1612|de|Build Image on Host
        T1613|di|Container and Resource Discovery
        T1614|di|System Location Discovery
        T1620|de|Reflective Code Loading
        T1621|ca|Multi-Factor Authentication Request Generation
        T1622|de di|Debugger Evasion
        T1648|ex|Serverless Execution
        """
}
