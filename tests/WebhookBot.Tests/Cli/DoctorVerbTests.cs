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

        Assert.Equal(1, said.Code);
        Assert.Matches("(?m)^✓ github: received last at 20", said.Out);
        Assert.Matches("(?m)^✗ alertmanager never received anything\r?\n    enter http://127.0.0.1:[0-9]+/hooks/alertmanager at the sender's", said.Out);
        Assert.Contains("1 of 4 needs a look.", said.Out, StringComparison.Ordinal);
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
        Assert.Contains("✗ github: the last 10 were refused", said.Out, StringComparison.Ordinal);
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
    public async Task Is_content_when_nothing_is_wrong_and_says_when_no_bot_answers()
    {
        await using var bot = await StartAsync();
        await bot.SendGitHubAsync("ping", """{"zen":"Speak like a human."}""");
        await _shell.RunAsync([("ALERTMANAGER_TOKEN", RunningBot.AlertmanagerToken)], "send", "alertmanager.firing", "--to", Server(bot));

        var said = await DoctorAsync(bot);
        var nobody = await _shell.RunAsync("doctor", "--server", "http://127.0.0.1:1");

        Assert.Equal((0, true), (said.Code, said.Out.EndsWith($"Nothing is wrong.{Environment.NewLine}", StringComparison.Ordinal)));
        Assert.NotEqual(0, nobody.Code);
        Assert.Contains("No bot answers at http://127.0.0.1:1", nobody.Error, StringComparison.Ordinal);
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
