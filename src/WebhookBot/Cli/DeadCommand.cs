using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using WebhookBot.Admin;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot dead</c>: the dead letters of a running bot, and what a person does about them.</summary>
internal static class DeadCommand
{
    private const int Failed = 1;
    private const int BadUsage = 2;

    public static Command Create()
    {
        var source = new Option<string?>("--source") { Description = "Only of deliveries of this source" };
        var rule = new Option<string?>("--rule") { Description = "Only of this rule" };
        var action = new Option<string?>("--action") { Description = "Only of this action, such as slack.post" };
        var since = SinceOption.Create("Only what died");
        var limit = new Option<int>("--limit") { Description = "How many are listed, 1 to 1000", DefaultValueFactory = _ => 50 }.AcceptCount(1000);
        var retry = new Option<string?>("--retry") { Description = "Try the action of this key again" };
        var retryAll = new Option<bool>("--retry-all") { Description = "Try all again that pass the filters" };
        var close = new Option<string?>("--close") { Description = "Close the action of this key" };
        var reason = new Option<string?>("--reason") { Description = "Why it is closed" };
        var format = new Option<string>("--format") { Description = "text, or json as the API gives them", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var server = BotClient.ServerOption();
        var command = new Command("dead", """
            Lists the dead letters: actions whose attempts are used up. They can be tried again, with fresh attempts, or closed.

            Exit codes: 0 listed or done, 1 no such dead letter or the bot cannot be asked, 2 bad usage.
            """) { source, rule, action, since, limit, retry, retryAll, close, reason, format, server };
        command.SetAction(async (parsed, cancellation) =>
        {
            var filters = new[] { ("source", parsed.GetValue(source)), ("rule", parsed.GetValue(rule)), ("action", parsed.GetValue(action)), ("since", SinceOption.Read(parsed.GetValue(since))) };
            var (again, all, shut, why) = (parsed.GetValue(retry), parsed.GetValue(retryAll), parsed.GetValue(close), parsed.GetValue(reason));
            var isKeyed = again is not null || shut is not null;
            var problem =
                new[] { again is not null, all, shut is not null }.Count(isGiven => isGiven) > 1 ? "One of --retry, --retry-all and --close at a time"
                : shut is null != string.IsNullOrWhiteSpace(why) ? "--close KEY and --reason TEXT go together"
                : (all || isKeyed) && parsed.GetResult(limit) is { Implicit: false } ? "--limit goes with the list; --retry-all takes all that pass the filters"
                : BotClient.ProblemOf(filters) is { } empty ? empty
                : isKeyed && filters.Any(f => f.Item2 is not null) ? "A key names one action; filters go with the list and with --retry-all"
                : null;
            if (problem is not null)
            {
                await Console.Error.WriteLineAsync(problem);
                return BadUsage;
            }

            using var bot = new BotClient(parsed.GetValue(server)!);
            return again is not null ? await DecideAsync(bot, again, "retry", null, cancellation)
                : shut is not null ? await DecideAsync(bot, shut, "close", new JsonObject { ["reason"] = why }, cancellation)
                : all ? await RetryAllAsync(bot, filters, cancellation)
                : await ListAsync(bot, [.. filters, ("limit", parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture))], parsed.GetValue(format) == "json", cancellation);
        });
        return command;
    }

    private static async Task<int> ListAsync(BotClient bot, IEnumerable<(string, string?)> filters, bool isJson, CancellationToken cancellation)
    {
        var page = (await bot.AskAsync(HttpMethod.Get, "/api/dead-letters" + BotClient.Query(filters), null, cancellation))!;
        var letters = page["items"]!.AsArray();
        if (isJson)
        {
            Console.WriteLine(page.ToJsonString(ApiJson.Options));
            return 0;
        }

        foreach (var letter in letters)
        {
            Print(letter!);
        }

        var more = page["next"] is null ? "" : ", and there are more";
        Console.WriteLine(letters.Count == 0 ? "There are no dead letters." : $"{Counted.Of(letters.Count, "dead letter")}{more}. webhookbot dead --retry KEY tries one again, --close KEY --reason TEXT closes it.");
        return 0;
    }

    private static void Print(JsonNode letter)
    {
        Console.WriteLine(ExplanationText.Harmless($"{letter["key"]}  {letter["rule"]}: {DeliveryPrinter.NameOf(letter)} {letter["arguments"]?.ToJsonString(ApiJson.Options)}"));
        Console.WriteLine(ExplanationText.Harmless($"  for {letter["event"]} {letter["delivery"]}"));
        foreach (var attempt in letter["attempts"]!.AsArray())
        {
            Console.WriteLine(ExplanationText.Harmless($"    {attempt!["at"]} {attempt["outcome"]}: {attempt["detail"]}"));
        }
    }

    private static async Task<int> RetryAllAsync(BotClient bot, IEnumerable<(string Key, string? Value)> filters, CancellationToken cancellation)
    {
        var body = new JsonObject { ["status"] = "dead" };
        foreach (var (key, value) in filters.Where(f => f.Value is not null))
        {
            body[key] = value;
        }

        var answer = (await bot.AskAsync(HttpMethod.Post, "/api/actions/retry", body, cancellation))!;
        Console.WriteLine($"{Counted.Of((int)answer["retried"]!, "action is", "actions are")} tried again.");
        return 0;
    }

    private static async Task<int> DecideAsync(BotClient bot, string key, string what, JsonNode? body, CancellationToken cancellation)
    {
        if (await bot.AskAsync(HttpMethod.Post, $"/api/actions/{BotClient.Name(key)}/{what}", body, cancellation) is not { } answer)
        {
            await Console.Error.WriteLineAsync(ExplanationText.Harmless($"{bot.Address} knows no action of the key '{key}'"));
            return Failed;
        }

        Console.WriteLine(ExplanationText.Harmless($"{key} is {answer["status"]}. What comes of it: webhookbot explain {answer["delivery"]}{BotClient.ServerFlag(bot.Address.GetLeftPart(UriPartial.Authority))}"));
        return 0;
    }
}
