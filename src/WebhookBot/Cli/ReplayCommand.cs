using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using WebhookBot.Journal;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot replay</c>: decides recorded deliveries again and does what was not done yet; shows it only, unless told to run.</summary>
internal static class ReplayCommand
{
    private const int Failed = 1;
    private const int BadUsage = 2;
    private const int UsualLast = 100;
    private const int LargestPage = 1000;

    public static Command Create()
    {
        var id = new Argument<string?>("delivery") { Description = "A delivery's id; none when filters choose", Arity = ArgumentArity.ZeroOrOne };
        var run = new Option<bool>("--run") { Description = "Do it" };
        var dry = new Option<bool>("--dry-run") { Description = "Show what would be done and do nothing; so it is when neither is said" };
        var rule = new Option<string?>("--rule") { Description = "Only this rule" };
        var with = new Option<string>("--with") { Description = "rules: decide with the rules in force; plan: what was decided then", DefaultValueFactory = _ => "rules" };
        with.AcceptOnlyFromAmong("rules", "plan");
        var force = new Option<string[]>("--force") { Description = "An action's name or key that is done although it was done already; may be given several times" };
        var source = new Option<string?>("--source") { Description = "Deliveries of this source" };
        var name = new Option<string?>("--event") { Description = "Deliveries of this event; github.pull_request.* takes all that begin so" };
        var status = new Option<string?>("--status") { Description = "Deliveries that stand so: dead, ignored, done" };
        status.AcceptOnlyFromAmong([.. Enum.GetNames<DeliveryStatus>().Select(n => n.ToLowerInvariant())]);
        var since = SinceOption.Create("Deliveries");
        var last = new Option<int?>("--last") { Description = $"How many of the newest that pass the filters (default {UsualLast})" }.AcceptCount();
        var server = BotClient.ServerOption();
        var command = new Command("replay", """
            Decides a recorded delivery again, or many, and does what was not done for it yet. What succeeded is never done twice unless
            --force names it. Without --run nothing is done: the plan is shown, with the command that carries it out.

            Exit codes: 0 shown or written down, 1 no such delivery, some could not be replayed, or the bot cannot be asked, 2 bad usage.
            """) { id, run, dry, rule, with, force, source, name, status, since, last, server };
        command.SetAction((parsed, cancellation) =>
        {
            var wish = new Wish(!parsed.GetValue(run), parsed.GetValue(rule), parsed.GetValue(with)!, parsed.GetValue(force) ?? []);
            var filters = new[] { ("source", parsed.GetValue(source)), ("event", parsed.GetValue(name)), ("status", parsed.GetValue(status)), ("since", SinceOption.Read(parsed.GetValue(since))) };
            var isFiltered = parsed.GetValue(last) is not null || filters.Any(f => f.Item2 is not null);
            var problem =
                BotClient.ProblemOf(filters) is { } empty ? empty
                : parsed.GetValue(run) && parsed.GetValue(dry) ? "--run and --dry-run exclude each other"
                : isFiltered == parsed.GetValue(id) is not null ? "Say which: a delivery's id, or filters such as --status dead --last 20"
                : null;
            if (problem is not null)
            {
                Console.Error.WriteLine(problem);
                return Task.FromResult(BadUsage);
            }

            return parsed.GetValue(id) is { } one
                ? ReplayAsync(one, wish, parsed.GetValue(server)!, cancellation)
                : ReplayManyAsync(filters, parsed.GetValue(last) ?? UsualLast, wish, parsed.GetValue(server)!, cancellation);
        });
        return command;
    }

    private static async Task<int> ReplayAsync(string id, Wish wish, string server, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        if (await AskAsync(bot, id, wish, cancellation) is not { } answer)
        {
            await Console.Error.WriteLineAsync(ExplanationText.Harmless($"{server} knows no delivery '{id}'"));
            return Failed;
        }

        if (wish.IsDry)
        {
            DeliveryPrinter.Print(answer, mostPassedOver: 0);
            Console.WriteLine($"Nothing was done. To do it: webhookbot replay {id} --run{wish.Options}{BotClient.ServerFlag(server)}");
        }
        else
        {
            Console.WriteLine($"Written down as {answer["id"]}. What comes of it: webhookbot explain {answer["id"]}{BotClient.ServerFlag(server)}");
        }

        return 0;
    }

    private static async Task<int> ReplayManyAsync((string Key, string? Value)[] filters, int last, Wish wish, string server, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        var (ids, note) = await ListAsync(bot, filters, last, cancellation);
        var (lines, failed, written, seen) = (new List<string>(), 0, 0, new HashSet<string?>());
        using (var progress = new ProgressLine(TimeProvider.System))
        {
            // Oldest first, so that events of one subject keep their order.
            foreach (var (id, name) in Enumerable.Reverse(ids))
            {
                progress.Show($"{lines.Count} of {Counted.Of(ids.Count, "delivery", "deliveries")}");
                try
                {
                    // What is forced would be done once for each replay that is in the list with its delivery.
                    if (wish.Force.Length > 0 && !seen.Add((string?)(await AskAsync(bot, id, wish with { IsDry = true }, cancellation))?["id"]))
                    {
                        lines.Add($"{name} {id}: a replay of one that is in the list, and left to it");
                        continue;
                    }

                    var answer = await AskAsync(bot, id, wish, cancellation);
                    (written, failed) = answer is null ? (written, failed + 1) : (written + 1, failed);
                    lines.Add($"{name} {id}: {Describe(answer)}");
                }
                catch (SettingsException refusal)
                {
                    failed++;
                    lines.Add($"{name} {id}: {refusal.Message}");
                }
            }
        }

        lines.ForEach(line => Console.WriteLine(ExplanationText.Harmless(line)));
        Console.WriteLine(wish.IsDry
            ? $"{Counted.Of(ids.Count, "delivery", "deliveries")}. Nothing was done; the same with --run does it."
            : $"{Counted.Of(written, "replay is", "replays are")} written down.");
        if (note is not null)
        {
            await Console.Error.WriteLineAsync($"There may be more: {note}");
        }

        return failed == 0 && note is null ? 0 : Failed;
    }

    private static async Task<(List<(string Id, string Event)> Ids, string? Note)> ListAsync(
        BotClient bot, (string Key, string? Value)[] filters, int last, CancellationToken cancellation)
    {
        var ids = new List<(string, string)>();
        string? cursor = null, note = null;
        do
        {
            var limit = Math.Min(last - ids.Count, LargestPage).ToString(CultureInfo.InvariantCulture);
            var query = BotClient.Query([.. filters, ("limit", limit), ("cursor", cursor)]);
            var page = (await bot.AskAsync(HttpMethod.Get, "/api/deliveries" + query, null, cancellation))!;
            ids.AddRange(page["items"]!.AsArray().Select(d => ((string)d!["id"]!, (string)d["event"]!)));
            cursor = (string?)page["next"];
            note ??= (string?)page["note"];
        }
        while (cursor is not null && ids.Count < last);

        return (ids, note);
    }

    private static Task<JsonNode?> AskAsync(BotClient bot, string id, Wish wish, CancellationToken cancellation) =>
        bot.AskAsync(HttpMethod.Post, $"/api/deliveries/{BotClient.Name(id)}/replay", wish.ToJson(), cancellation);

    private static string Describe(JsonNode? answer)
    {
        if (answer?["actions"] is not JsonArray actions)
        {
            return answer is null ? "gone" : $"written down as {answer["id"]}";
        }

        var left = actions.Count(a => a!["omitted"] is not null);
        return $"{Counted.Of(actions.Count - left, "action")} to do{(left == 0 ? "" : $", {left} done already or under way")}";
    }

    private sealed record Wish(bool IsDry, string? Rule, string With, string[] Force)
    {
        public string Options =>
            (Rule is null ? "" : $" --rule {Rule}") + (With == "rules" ? "" : $" --with {With}") + string.Concat(Force.Select(f => $" --force {f}"));

        public JsonObject ToJson() => new()
        {
            ["dry_run"] = IsDry,
            ["rule"] = Rule,
            ["with"] = With,
            ["force"] = new JsonArray([.. Force.Select(f => JsonValue.Create(f))]),
        };
    }
}
