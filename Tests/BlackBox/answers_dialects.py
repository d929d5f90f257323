"""What answers.py asks the dialects of payments and of scheduled mail, in the form of answers_http."""

from answers_http import FAULT, FAULTS

HAWK_MAIL = {"from": "hello@example.com", "to": ["ann@example.net"], "subject": "Hi", "text": "Hello."}
NOBODY = "00000000-0000-4000-8000-000000000000"
BAD_SENDS = {
    "several faults": {"from": 1, "to": ["x"], "headers": []}, "to is no address": {"to": ["a@"]},
    "subject has two lines": {"subject": "a\r\nb"}, "no content": {"text": ""}, "a time that is none": {"scheduledFor": "x"},
    "a time that has been": {"scheduledFor": "2020-01-01T00:00:00Z"},
    "a zone that is none": {"scheduledFor": "2026-01-01T00:00:00", "timezone": "Mars/Base"},
    "a domain of nobody": {"from": "a@nowhere.example"}, "a domain that is not verified": {"from": "a@pending.example"},
    "a template that is none": {"templateId": NOBODY}, "variables is a list": {"variables": []},
    "a template's variable is missing": {"templateId": "{TEMPLATE}", "subject": None, "text": None},
}  # fmt: skip

POSTHAWK = [
    ("no key", "GET /v1/domains"),
    ("unknown key", "GET /v1/domains", "ck_live_" + "a" * 40),
    ("no such route", "GET /nothing", "HAWK"),
    ("no such method", "PUT /scheduled", "HAWK"),
    ("HEAD", "HEAD /scheduled", "HAWK"),
    ("OPTIONS", "OPTIONS /scheduled", "HAWK"),
    ("no JSON", "POST /v1/send", "HAWK", b"{"),
    ("send [JOB=jobId]", "POST /v1/send", "HAWK", HAWK_MAIL),
    ("send as a test [TRIAL=jobId]", "POST /v1/send", "HAWK_TEST", HAWK_MAIL),
    ("send without the scope", "POST /v1/send", "HAWK_READING", HAWK_MAIL),
    ("send once", "POST /v1/send", "HAWK", HAWK_MAIL, {"Idempotency-Key": "once"}),
    ("send once again", "POST /v1/send", "HAWK", HAWK_MAIL, {"Idempotency-Key": "once"}),
    ("send once, another text", "POST /v1/send", "HAWK", HAWK_MAIL | {"text": "x"}, {"X-Idempotency-Key": "once"}),
    ("send with a template", "POST /v1/send", "HAWK", {
        "from": "hello@example.com", "to": "ann@example.net", "templateId": "{TEMPLATE}",
        "variables": {"first_name": "Ann"},
    }),
    *((f"send: {name}", "POST /v1/send", "HAWK", HAWK_MAIL | members) for name, members in BAD_SENDS.items()),
    ("a job", "GET /v1/send/{JOB}", "HAWK"),
    ("a job of a test", "GET /v1/send/{TRIAL}", "HAWK_TEST"),
    ("a job of nothing", f"GET /v1/send/{NOBODY}", "HAWK"),
    ("schedule [SCHEDULED=id]", "POST /scheduled", "HAWK", HAWK_MAIL | {"scheduledFor": "{SOON}"}),
    ("schedule without a time", "POST /scheduled", "HAWK", HAWK_MAIL),
    ("scheduled", "GET /scheduled?limit=2", "HAWK_READING"),
    ("scheduled, by state", "GET /scheduled?status=cancelled", "HAWK"),
    ("scheduled, a state that is none", "GET /scheduled?status=odd", "HAWK"),
    ("a scheduled one", "GET /scheduled/{SCHEDULED}", "HAWK"),
    ("a scheduled one of nothing", f"GET /scheduled/{NOBODY}", "HAWK"),
    ("reschedule", "PATCH /scheduled/{SCHEDULED}/reschedule", "HAWK", {"scheduledFor": "{LATER_ON}"}),
    ("reschedule without a time", "PATCH /scheduled/{SCHEDULED}/reschedule", "HAWK", {}),
    ("queue", "GET /v1/queue/stats", "HAWK"),
    ("cancel", "DELETE /scheduled/{SCHEDULED}", "HAWK"),
    ("cancel again", "DELETE /scheduled/{SCHEDULED}", "HAWK"),
    ("send now what was cancelled", "POST /scheduled/{SCHEDULED}/send-now", "HAWK"),
    ("audit log", "GET /scheduled/{SCHEDULED}/audit-log", "HAWK"),
    ("render", "POST /v1/render", "HAWK", {"templateId": "{TEMPLATE}", "variables": {"first_name": "Ann"}}),
    ("render, a variable missing", "POST /v1/render", "HAWK", {"templateId": "{TEMPLATE}"}),
    ("render nothing", "POST /v1/render", "HAWK", {"templateId": NOBODY}),
    ("domains [HAWK_DOMAIN=data.0.id]", "GET /v1/domains", "HAWK"),
    ("a domain", "GET /v1/domains/{HAWK_DOMAIN}", "HAWK_READING"),
    ("a domain of nobody", f"GET /v1/domains/{NOBODY}", "HAWK"),
    ("limits", "PATCH /v1/domains/{HAWK_DOMAIN}/limits", "HAWK", {"maxDailyEmails": 1000, "maxMonthlyEmails": None}),
    ("limits that are none", "PATCH /v1/domains/{HAWK_DOMAIN}/limits", "HAWK", {"maxDailyEmails": 0}),
    *((f"fault {name}", "GET /v1/domains", "HAWK", None, {FAULT: name}) for name in FAULTS),
]  # fmt: skip

ORDER = {"amount": "75.00", "client_reference": "order-1", "phone_number": "0241112223", "meta": {"cart": "c-19"}}
BAD_ORDERS = {
    "no amount": {"amount": None}, "a negative amount": {"amount": "-1"}, "a currency that is none": {"currency": "USD"},
    "a reference in use": {}, "a number that is none": {"phone_number": "12"}, "a URL that is none": {"webhook_url": "x"},
    "a URL without TLS": {"webhook_url": "http://example.com/"}, "too long": {"expires_in_hours": 25},
    "meta is a list": {"meta": []},
}  # fmt: skip
PAGE = {"Origin": "https://shop.example"}

HARPOON = [
    ("no key", "GET /v1/transactions"),
    ("unknown key", "GET /v1/transactions", "hpn_live_sk_" + "a" * 40),
    ("no such route", "GET /nothing", "PAY"),
    ("no such method", "DELETE /v1/transactions", "PAY"),
    ("a preflight", "OPTIONS /v1/transactions/initialize", None, None, PAGE | {"Access-Control-Request-Method": "POST"}),
    ("initialize [PAYMENT=data.reference]", "POST /v1/transactions/initialize", "PAY", ORDER),
    ("initialize from a page", "POST /v1/transactions/initialize", "PAGE_KEY", {"amount": "1"}, PAGE),
    ("initialize once", "POST /v1/transactions/initialize", "PAY", {"amount": "2", "idempotency_key": "once"}),
    ("initialize once again", "POST /v1/transactions/initialize", "PAY", {"amount": "2", "idempotency_key": "once"}),
    *((f"initialize: {name}", "POST /v1/transactions/initialize", "PAY", ORDER | members)
      for name, members in BAD_ORDERS.items()),
    ("payments", "GET /v1/transactions?per_page=1", "PAY"),
    ("payments, a state that is none", "GET /v1/transactions?status=odd", "PAY"),
    ("payments from a page", "GET /v1/transactions", "PAGE_KEY", None, PAGE),
    ("a payment", "GET /v1/transactions/{PAYMENT}", "PAY"),
    ("a payment by the caller's reference", "GET /v1/transactions/by-client-ref/order-1", "PAGE_KEY", None, PAGE),
    ("a payment, by no code", "GET /v1/transactions/by-hpn/0", "PAY"),
    ("a payment of nobody", "GET /v1/transactions/hpn_trx_" + "0" * 32, "PAY"),
    ("reconcile with nothing", "POST /v1/transactions/{PAYMENT}/reconcile", "PAY", {"transaction_id": "1234567890"}),
    ("cancel", "POST /v1/transactions/{PAYMENT}/cancel", "PAY", {"reason": "gone"}),
    ("cancel again", "POST /v1/transactions/{PAYMENT}/cancel", "PAY"),
    ("webhooks, without the scope", "GET /v1/webhooks", "PAGE_KEY"),
    ("a webhook is made [HOOK=data.id]", "POST /v1/webhooks", "PAY", {
        "url": "https://hooks.example.com/in", "events": ["transaction.completed"],
    }),
    ("a webhook of another event", "POST /v1/webhooks", "PAY", {"url": "https://a.example/", "events": ["odd"]}),
    ("webhooks", "GET /v1/webhooks", "PAY"),
    ("a webhook", "GET /v1/webhooks/{HOOK}", "PAY"),
    ("a webhook is changed", "PUT /v1/webhooks/{HOOK}", "PAY", {"is_active": False}),
    ("a webhook is deleted", "DELETE /v1/webhooks/{HOOK}", "PAY"),
    ("dead letters", "GET /v1/webhooks/dead-letters", "PAY"),
    ("a secret, with a key", "POST /v1/webhooks/{HOOK}/secret", "PAY", {"password": "x"}),
    ("open collections, where they are off", "GET /v1/open-collections/endpoint", "PAY"),
    ("a session for nobody", "POST /internal/v1/session", None, {"email": "a@example.com", "password": "x"}),
    *((f"fault {name}", "GET /v1/transactions", "PAY", None, {FAULT: name}) for name in FAULTS),
]  # fmt: skip

TEMPLATE_VERBS = [
    "template", "template|create|x", "template|create|x|--account|1|--personality|poststack",
    "template|create|x|--account|99|--personality|posthawk",
    "template|create|other|--account|1|--personality|posthawk|--subject|Hi|--draft|--json",
    "template|list|--json", "template|list", "template|show|{TEMPLATE}|--json", "template|show|{TEMPLATE}",
    "template|show|99", "template|edit|{TEMPLATE}|--subject|Hello {{first_name}}|--json", "template|edit|{TEMPLATE}",
    "template|publish|{TEMPLATE}|--json", "template|publish|{TEMPLATE}", "template|versions|{TEMPLATE}|--json",
    "template|edit|{TEMPLATE}|--name|greeting|--json", "template|discard|{TEMPLATE}|--json",
    "template|discard|{TEMPLATE}", "template|remove|{TEMPLATE}|--json", "template|versions|{TEMPLATE}",
]  # fmt: skip
