using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBot.Intake;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Cli;

/// <summary>What is told of sources: which never received anything, which refuse what comes and why; and that each can be tried with a sample.</summary>
public sealed class DoctorVerbTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Tells_of_a_source_that_never_received_anything_and_of_one_that_did()
    {
        await using var bot = await StartAsync();
        await bot.SendGitHubAsync("ping", """{"zen":"Speak like a human."}""");

        var said = await DoctorAsync(bot);

        Assert.Equal(0, said.Code);
        Assert.Matches("(?m)^✓ github: received last at 20", said.Out);
        Assert.Matches("(?m)^– alertmanager never received anything\r?\n    enter http://127.0.0.1:[0-9]+/hooks/alertmanager at the sender's", said.Out);
        Assert.Contains("Nothing is wrong.", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_why_the_last_ten_were_refused_and_never_tells_the_caller()
    {
        await using var bot = await StartAsync();
        await bot.SendGitHubAsync("ping", """{"zen":"Speak like a human."}""");
        var answers = new HashSet<string>();
        for (var i = 0; i < 6; i++)
        {
            answers.Add(await RefusedAsync(bot.PostGitHubAsync("push", "{}", secret: "another")));
        }

        for (var i = 0; i < 6; i++)
        {
            using var unsigned = new StringContent("{}", Encoding.UTF8, "application/json");
            answers.Add(await RefusedAsync(bot.Client.PostAsync("/hooks/github", unsigned, TestContext.Current.CancellationToken)));
        }

        var said = await DoctorAsync(bot);

        Assert.Equal("""{"type":"about:blank","title":"The request could not be verified","status":401}""", Assert.Single(answers));
        Assert.Contains("✗ github: the last 10 requests were refused", said.Out, StringComparison.Ordinal);
        Assert.Matches("6 x 401, last at .* from 127.0.0.1: the header X-Hub-Signature-256 is missing", said.Out);
        Assert.Matches("4 x 401, last at .* from 127.0.0.1: the signature does not match: another secret", said.Out);

        await bot.SendGitHubAsync("ping", """{"zen":"Keep it logically awesome."}""");
        var again = await DoctorAsync(bot);
        Assert.Matches("(?m)^✓ github: received last", again.Out);
    }

    [Fact]
    public async Task Tells_of_clocks_that_differ_and_of_a_source_without_a_secret()
    {
        await using var bot = await StartAsync("  money: { preset: stripe, secret: MONEY_SECRET }\n", ("MONEY_SECRET", "whsec_test"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/money") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t=1700000000,v1={new string('0', 64)}");
        await RefusedAsync(bot.Client.SendAsync(request, TestContext.Current.CancellationToken));

        var sources = await bot.Client.GetFromJsonAsync<JsonElement>("/api/sources", TestContext.Current.CancellationToken);

        var money = sources.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "money");
        Assert.Equal(("stripe", "/hooks/money", 1), (money.GetProperty("preset").GetString(), money.GetProperty("path").GetString(), money.GetProperty("refused").GetInt32()));
        Assert.StartsWith("the clocks differ, or it was sent before: signed ", Assert.Single(money.GetProperty("refusals").EnumerateArray()).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_test", sources.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_what_the_secret_that_is_set_proves()
    {
        await using var bot = await StartAsync("  plain: { preset: gitlab, secret: PLAIN }\n  signing: { preset: gitlab, secret: SIGNING }\n", ("PLAIN", "any text"), ("SIGNING", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        var sources = (await bot.Client.GetFromJsonAsync<JsonElement>("/api/sources", TestContext.Current.CancellationToken)).GetProperty("items").EnumerateArray()
            .ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("proves").GetString());
        Assert.Equal(("sender", "bytes", "bytes"), (sources["plain"], sources["signing"], sources["github"]));
    }

    [Fact]
    public async Task Tells_of_a_secret_that_was_rolled_of_one_that_is_made_up_and_of_one_that_is_none()
    {
        await using var bot = await StartAsync("  rolled: { preset: github, secret: ROLLED }\n  made-up: { preset: github, secret: MADE_UP }\n  none: { preset: discord, secret: NO_KEY }\n", ("ROLLED", "old"), ("NO_KEY", "not hexadecimal"));
        using var right = await PostAsync(bot, "/hooks/rolled", "old");
        for (var i = 0; i < 3; i++)
        {
            using var refused = await PostAsync(bot, "/hooks/rolled", "new");
            using var unknown = await PostAsync(bot, "/hooks/made-up", "the true one");
            using var elsewhere = await PostAsync(bot, "/hooks/roled", "new");
            Assert.Equal((401, 401, 404), ((int)refused.StatusCode, (int)unknown.StatusCode, (int)elsewhere.StatusCode));
        }

        var said = await DoctorAsync(bot);

        Assert.Equal((202, 1), ((int)right.StatusCode, said.Code));
        Assert.Contains("✗ rolled: the last 3 requests were refused", said.Out, StringComparison.Ordinal);
        Assert.Contains("MADE_UP is not set: a development secret stands in for it", said.Out, StringComparison.Ordinal);
        Assert.Contains("NO_KEY is set, and is no secret that its sender can have; it is written <public key in hexadecimal>", said.Out, StringComparison.Ordinal);
        Assert.Contains("✗ 3 requests came to sources that there are not", said.Out, StringComparison.Ordinal);
        Assert.Contains("no source is named 'roled'; did you mean 'rolled'?", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signs_what_is_sent_in_the_way_that_the_secret_is_for()
    {
        await using var bot = await StartAsync("""
              gitlab: { preset: gitlab, secret: GITLAB }
              svix: { preset: standard-webhooks, secret: SVIX }
              own:
                verify: { hmac: sha256, header: X-Sig, signed: "{id}.{timestamp}.{body}", timestamp: { header: X-Time }, secret: OWN }
                event: { json: kind }
                id: { header: X-Id }

            """, ("GITLAB", "a plain token"), ("SVIX", "no whsec"), ("OWN", "own"));
        _shell.Folder.Write("order.json", """{"order":7}""");
        (string, string)[] secrets = [("GITLAB", "a plain token"), ("SVIX", "no whsec"), ("OWN", "own")];

        var gitlab = await _shell.RunAsync(secrets, "send", "gitlab.push", "--to", Server(bot));
        var svix = await _shell.RunAsync(secrets, "send", "svix.invoice.paid", "--to", Server(bot));
        var own = await _shell.RunAsync(secrets, "send", "own.order.created", "--file", "order.json", "--to", Server(bot));
        var without = await _shell.RunAsync(secrets, "send", "own.order.created", "--to", Server(bot));
        var wrong = await _shell.RunAsync([("GITLAB", "another")], "send", "gitlab.push", "--to", Server(bot));
        var preset = await _shell.RunAsync(secrets, "send", "standard-webhooks.invoice.paid", "--to", Server(bot));

        Assert.StartsWith("202", gitlab.Out, StringComparison.Ordinal);
        Assert.Contains("SVIX holds no secret that this sender can have; it is written whsec_<base64>", svix.Error, StringComparison.Ordinal);
        Assert.True(own.Out.StartsWith("202", StringComparison.Ordinal) && own.Out.Contains("own.order.created", StringComparison.Ordinal), own.ToString());
        Assert.Contains("own is a sender of your own: give its payload with --file", without.Error, StringComparison.Ordinal);
        Assert.Contains($"webhookbot doctor --server {Server(bot)}", wrong.Out, StringComparison.Ordinal);
        Assert.Contains("did you mean 'svix.invoice.paid'?", preset.Error, StringComparison.Ordinal);
        Assert.All([gitlab, svix, own, without, wrong, preset], said => Assert.DoesNotContain("   at ", said.All, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_content_when_nothing_is_wrong_and_says_when_no_bot_answers()
    {
        await using var bot = await StartAsync();
        await bot.SendGitHubAsync("ping", """{"zen":"Speak like a human."}""");
        await _shell.RunAsync([("ALERTMANAGER_TOKEN", RunningBot.AlertmanagerToken)], "send", "alertmanager.firing", "--to", Server(bot));

        var said = await DoctorAsync(bot);
        var nobody = await _shell.RunAsync("doctor", "--server", "http://127.0.0.1:1");

        Assert.Equal((0, true), (said.Code, said.Out.EndsWith($"Nothing is wrong.{Environment.NewLine}", StringComparison.Ordinal)));
        Assert.Equal(1, nobody.Code);
        Assert.Contains("No bot answers at http://127.0.0.1:1", nobody.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_added_while_the_bot_runs_can_be_tried_at_once_and_no_longer_counts_as_one_that_is_not_there()
    {
        await using var bot = await StartAsync();
        using var early = await PostAsync(bot, "/hooks/late", "x");
        _shell.Folder.Write("rules/late.yml", "sources: { late: { preset: github, secret: LATE } }\n");
        var secrets = Path.Combine(_shell.Folder.Path, "data", "development-secrets.json");
        await Poll.UntilAsync(() => File.Exists(secrets) && File.ReadAllText(secrets).Contains("\"LATE\"", StringComparison.Ordinal));

        var sent = await _shell.RunAsync("send", "late.ping", "--to", Server(bot));
        var said = await DoctorAsync(bot);

        Assert.Equal((404, 0, true), ((int)early.StatusCode, sent.Code, sent.Out.StartsWith("202 ", StringComparison.Ordinal)));
        Assert.Contains("there was no source named 'late' then; there is one now", said.Out, StringComparison.Ordinal);
        Assert.Contains($"or try it: webhookbot send github.EVENT --server {Server(bot)}", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_nothing_can_be_received_when_no_source_is_named()
    {
        _shell.Folder.Write("rules/sources.yml", "rules: {}\n");
        await using var bot = await RunningBot.StartAsync("", [], _shell.Folder);

        var said = await DoctorAsync(bot);

        Assert.Equal(0, said.Code);
        Assert.Contains("– no rule file names a source, so nothing can be received", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_of_every_preset_can_be_sent_to_a_bot_that_has_made_its_own_secrets()
    {
        var sources = string.Concat(PresetCatalog.All.Select(p => $"  try-{p.Name}: {{ preset: {p.Name}{(p.NeedsSecret ? $", secret: TRY_{p.Name.Replace('-', '_').ToUpperInvariant()}" : "")}{string.Concat(p.Options.Select(o => $", {o.Name}: something"))} }}\n"));
        await using var bot = await StartAsync(sources);
        var unsent = new List<string>();

        foreach (var preset in PresetCatalog.All)
        {
            var own = preset.EventsOf ?? preset.Name;
            var sample = SampleCatalog.Names.First(n => n.StartsWith($"{own}.", StringComparison.Ordinal));
            var said = await _shell.RunAsync("send", $"try-{preset.Name}{sample[own.Length..]}", "--to", Server(bot));
            if (said.Code != 0 || !said.Out.StartsWith("20", StringComparison.Ordinal))
            {
                unsent.Add($"{preset.Name}: {said}");
            }
        }

        Assert.Equal([], unsent);
    }

    private static Task<HttpResponseMessage> PostAsync(RunningBot bot, string path, string secret)
    {
        var request = RunningBot.GitHubRequest("ping", "{}"u8.ToArray(), Guid.NewGuid().ToString(), secret);
        request.RequestUri = new Uri(path, UriKind.Relative);
        return bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string Server(RunningBot bot) => bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    private static async Task<string> RefusedAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.Equal(401, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private Task<Said> DoctorAsync(RunningBot bot) => _shell.RunAsync("doctor", "--server", Server(bot));

    private Task<RunningBot> StartAsync(string sources = "", params (string Name, string Value)[] secrets)
    {
        _shell.Folder.Write("rules/sources.yml", $"{RunningBot.Sources}\n{sources}");
        return RunningBot.StartAsync("", secrets.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)), _shell.Folder);
    }
}
