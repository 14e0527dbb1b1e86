using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using WebhookBot.Actions;
using WebhookBot.Actions.Digests;
using WebhookBot.Actions.Http;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Planning;
using WebhookBot.Tests.Journal;

namespace WebhookBot.Tests.Actions.Digests;

/// <summary>A digest over a real journal, cut off at its worst moments.</summary>
public sealed class DigestActionTests : IDisposable
{
    private const string Batch = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);
    private readonly Dictionary<string, string> _ids = [];
    private LiteDbJournal _journal;

    public DigestActionTests() => _journal = Open();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Is_told_once_although_the_bot_died_between_telling_and_writing_that_down()
    {
        var id = await GatherAsync("a", """{"title":"A"}""");
        await GatherAsync("b", """["no","object"]""");
        await GatherAsync("z", """{"title":"of another digest"}""", "ffffffffffffffffffffffffffffffff");
        _time.Advance(TimeSpan.FromHours(1));

        var first = await TellAsync("a");
        _journal.Dispose();
        _journal = Open();
        var again = await TellAsync("b");

        Assert.Equal((ActionStatusOf(first), ActionStatusOf(again)), (true, true));
        Assert.Equal($"told in delivery {Batch}, 2 events", first.Detail);
        Assert.Equal($"told in delivery {Batch}", again.Detail);
        var told = Assert.Single((await _journal.ListAsync(new DeliveryQuery { Source = "digest" }, Stop)).Items);
        Assert.Equal((Batch, "digest.summary"), (told.Id, told.Event));
        var payload = DeliveryBody.Parse((await _journal.FindAsync(Batch, Stop))!.Delivery.Body);
        Assert.Equal((2, "summary", "shop"), (payload.GetProperty("count").GetInt32(), payload.GetProperty("rule").GetString(), payload.GetProperty("key").GetString()));
        Assert.Equal("A", payload.GetProperty("events")[0].GetProperty("title").GetString());
        Assert.Equal(id, payload.GetProperty("events")[0].GetProperty("delivery").GetProperty("id").GetString());
        Assert.Equal("no", payload.GetProperty("events")[1].GetProperty("payload")[0].GetString());
    }

    [Fact]
    public async Task Holds_payloads_that_are_as_deep_as_the_intake_takes()
    {
        const int Levels = DeliveryBody.MaxDepth;
        await GatherAsync("a", string.Concat(Enumerable.Repeat("{\"x\":", Levels - 1)) + "{}" + new string('}', Levels - 1));
        await TellAsync("a");
        Assert.Equal(1, DeliveryBody.Parse((await _journal.FindAsync(Batch, Stop))!.Delivery.Body).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task An_event_that_joined_while_the_digest_was_being_told_is_told_as_well()
    {
        await GatherAsync("a", """{"title":"A"}""");
        _time.Advance(TimeSpan.FromHours(1));
        await TellAsync("a");
        await GatherAsync("late", """{"title":"Late"}""");

        for (var round = 0; round < 2; round++)
        {
            Assert.True(ActionStatusOf(await TellAsync("late")));
        }

        Assert.Equal(["Late", "A"], await ToldAsync());
    }

    [Fact]
    public async Task What_could_not_be_told_at_first_is_told_with_the_others()
    {
        await GatherAsync("a", """{"title":"A"}""");
        await GatherAsync("b", """{"title":"B"}""");
        _time.Advance(TimeSpan.FromHours(1));
        var due = await _journal.DueAsync();
        await _journal.RecordAsync(due[0], JournalDriver.RetryAt(_time.GetUtcNow().AddMinutes(1)));

        await TellAsync("b");
        await TellAsync("a");

        Assert.Equal(["A", "B"], await ToldAsync());
    }

    [Fact]
    public async Task An_event_that_was_given_up_and_came_again_is_told()
    {
        await GatherAsync("a", """{"title":"A"}""");
        _time.Advance(TimeSpan.FromHours(1));
        await _journal.RecordAsync(Assert.Single(await _journal.DueAsync()), JournalDriver.Dead);
        Assert.True((await _journal.AppendAsync(JournalDriver.Draft("a") with { Body = Encoding.UTF8.GetBytes("""{"title":"A"}""") }, Stop)).IsDuplicate);

        await TellAsync("a");

        Assert.Equal(["A"], await ToldAsync());
    }

    // Newest delivery first.
    private async Task<List<string?>> ToldAsync()
    {
        var titles = new List<string?>();
        foreach (var told in (await _journal.ListAsync(new DeliveryQuery { Source = "digest" }, Stop)).Items)
        {
            var payload = DeliveryBody.Parse((await _journal.FindAsync(told.Id, Stop))!.Delivery.Body);
            titles.AddRange(payload.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("title").GetString()));
        }

        return titles;
    }

    private static bool ActionStatusOf(ActionOutcome outcome) => outcome is ActionOutcome.Succeeded;

    private static IRuleSetInForce Rules()
    {
        var compiler = new RuleCompiler(new RuleVocabulary(new ActionCatalog([HttpAction.Definition]), ["github"], []));
        var set = compiler.Compile([new RuleFile("r.yml", "rules: { summary: { on: github.push, then: [ http: { url: \"https://example.com/\" } ] } }")]).RuleSet!;
        var rules = Substitute.For<IRuleSetInForce>();
        rules.Current.Returns(set);
        return rules;
    }

    private LiteDbJournal Open() => LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal }, _time);

    private async Task<string> GatherAsync(string id, string body, string batch = Batch)
    {
        var receipt = await _journal.AppendAsync(JournalDriver.Draft(id) with { Body = Encoding.UTF8.GetBytes(body) }, Stop);
        var lease = Assert.Single(await _journal.ClaimAsync(), l => l.Delivery.Source != "digest");
        var action = JournalDriver.Plan("key-" + id).Actions[0] with
        {
            NotBefore = JournalDriver.Start.AddHours(1),
            Hold = new Hold { Key = Hold.Of("digest", "summary", "shop"), Batch = batch },
        };
        await _journal.SavePlanAsync(lease, JournalDriver.Plan() with { Actions = [action] }, Stop);
        await _journal.ReleaseAsync(lease);
        return _ids[id] = receipt.Id;
    }

    private async Task<ActionOutcome> TellAsync(string id) => await new DigestAction(_journal, Substitute.For<IAlertSources>(), Rules(), _time).ExecuteAsync(
        new ActionRequest
        {
            Key = "key-" + id,
            Rule = "summary",
            Arguments = JsonSerializer.SerializeToElement(new { key = "shop", batch = Batch }),
            Origin = new ActionOrigin(_ids[id], 1, "github", "github.push", null, JournalDriver.Start),
            Payload = default,
        },
        Stop);
}
