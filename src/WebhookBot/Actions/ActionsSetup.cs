using WebhookBot.Actions.Digests;
using WebhookBot.Actions.GitHub;
using WebhookBot.Actions.Http;
using WebhookBot.Actions.Slack;
using WebhookBot.Rules;

namespace WebhookBot.Actions;

/// <summary>Registers the actions. The one list of them, in the order in which people see them.</summary>
public static class ActionsSetup
{
    private static readonly Entry[] Entries =
    [
        Entry.Of<SlackPostAction>(SlackPostAction.Definition),
        Entry.Of<GitHubLabelAction>(GitHubLabelAction.Definition),
        Entry.Of<GitHubCommentAction>(GitHubCommentAction.Definition),
        Entry.Of<GitHubDispatchAction>(GitHubDispatchAction.Definition),
        Entry.Of<HttpAction>(HttpAction.Definition),
    ];

    // What plans hold and rule files cannot name.
    private static readonly Entry[] Own = [Entry.Of<DigestAction>(DigestAction.Definition)];

    /// <summary>What rule files may use, for those who check rules without running them.</summary>
    public static IReadOnlyList<ActionDescriptor> Descriptors { get; } = [.. Entries.Select(e => e.Descriptor)];

    public static IServiceCollection AddActions(this IServiceCollection services)
    {
        services.AddSingleton<SlackDestinations>();
        services.AddSingleton<SlackLookUp>();
        services.AddSingleton<SlackPoster>();
        services.AddSingleton<GitHubCalls>();
        foreach (var entry in Entries.Concat(Own))
        {
            entry.Register(services);
        }

        services.AddOptions<ActionsOptions>().BindConfiguration(ActionsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AttemptJudge>();
        services.AddSingleton<ActionStory>();
        services.AddSingleton<DeadLetterNotice>();
        services.AddSingleton<Quarantine>();
        services.AddSingleton<AttemptRecorder>();
        services.AddSingleton<BreakerNotice>();
        services.AddSingleton<RunnerTools>();
        services.AddSingleton<ActionRunner>();
        services.AddSingleton<Drain>();
        return services;
    }

    private sealed record Entry(ActionDescriptor Descriptor, Action<IServiceCollection> Register)
    {
        public static Entry Of<T>(ActionDescriptor descriptor)
            where T : class, IAction => new(descriptor, services => services.AddSingleton<IAction, T>());
    }
}
