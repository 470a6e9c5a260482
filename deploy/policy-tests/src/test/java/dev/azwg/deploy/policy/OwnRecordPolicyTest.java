package dev.azwg.deploy.policy;

import static dev.azwg.deploy.policy.AdmissionRequest.recorded;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node's watcher writes its own record and no other. */
class OwnRecordPolicyTest extends PolicyTest {
  private static final String NO_NODE = "the token does not say on which node its pod runs";
  private static final String OWNER = "the record's only owner must be the Node of its name";
  private static final String USER = "system:serviceaccount:kube-system:azwg-watcher";

  OwnRecordPolicyTest() throws Exception {
    super("own-record.yaml");
  }

  @ParameterizedTest
  @ValueSource(strings = {"create-own", "create-own-post", "apply-own", "status-own", "delete-own"})
  void theOwnRecordMayBeWritten(String recording) {
    assertAdmitted(recorded(recording).fromNode("node-a"));
  }

  @Test
  void theRecordOfAnotherNodeMayNotBeMade() {
    // It says that the other Node is its owner, too.
    assertRefusedAll(
        recorded("create-other").fromNode("node-b"),
        "the watcher of node node-b may not write this record",
        OWNER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply-other", "merge-other", "status-other"})
  void theRecordOfAnotherNodeMayNotBeChanged(String recording) {
    assertRefusedAll(
        recorded(recording).fromNode("node-b"),
        "the watcher of node node-b may not write this record",
        "the watcher of node node-b may not change or delete this record",
        OWNER);
  }

  @Test
  void theRecordOfAnotherNodeMayNotBeDeleted() {
    assertRefused(
        "the watcher of node node-b may not change or delete this record",
        recorded("delete-other").fromNode("node-b"));
    assertRefused(
        "the watcher of node node-c may not change or delete this record",
        recorded("delete-other").fromNode("node-c"));
  }

  @Test
  void theNameDecidesWhateverTheOwnersSay() {
    for (String node : new String[] {"node-b", "node-c"}) {
      assertRefused(
          "the watcher of node " + node + " may not write this record",
          recorded("create-other")
              .fromNode(node)
              .with(
                  "object/metadata/ownerReferences",
                  "[{'apiVersion':'v1','kind':'Node','name':'" + node + "','uid':'1'}]"));
    }
  }

  /** Deletecollection has no name in the request, but each object is judged. */
  @Test
  void manyRecordsMayNotBeDeletedAtOnce() {
    assertRefused(
        "the watcher of node node-b may not change or delete this record",
        recorded("delete-all-by-admin")
            .with("userInfo/username", "'" + USER + "'")
            .fromNode("node-b"));
    assertRefused(
        "a request that names no record",
        recorded("delete-all-by-admin")
            .with("userInfo/username", "'" + USER + "'")
            .with("oldObject", "null")
            .fromNode("node-b"));
  }

  /** As every token before Kubernetes 1.30, and one that is bound to no pod since. */
  @ParameterizedTest
  @ValueSource(strings = {"create-without-pod", "create-own", "apply-own", "delete-own"})
  void aTokenThatNamesNoNodeMayWriteNothing(String recording) {
    AdmissionRequest request = recorded(recording);
    switch (recording) {
      case "delete-own" ->
          assertRefusedAll(
              request, NO_NODE, "the watcher of node  may not change or delete this record");
      case "apply-own" ->
          assertRefusedAll(
              request,
              NO_NODE,
              "the watcher of node  may not write this record",
              "the watcher of node  may not change or delete this record",
              OWNER);
      default ->
          assertRefusedAll(
              request, NO_NODE, "the watcher of node  may not write this record", OWNER);
    }
  }

  @Test
  void aNameThatIsEmptyIsNoWayAround() {
    assertRefused(
        NO_NODE,
        recorded("create-without-pod")
            .with("object/metadata/name", "''")
            .with(
                "object/metadata/ownerReferences",
                "[{'apiVersion':'v1','kind':'Node','name':'','uid':'1'}]"));
    assertFails(
        "name", recorded("create-own").fromNode("node-a").with("object/metadata/name", "null"));
  }

  /** No server does this; a map of lists can say it. */
  @Test
  void aTokenOfTwoNodesMayWriteNothing() {
    assertRefusedAll(
        recorded("create-own")
            .with(
                "userInfo/extra", "{'authentication.kubernetes.io/node-name':['node-a','node-b']}"),
        NO_NODE,
        "the watcher of node  may not write this record",
        OWNER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "[{'apiVersion':'v1','kind':'Node','name':'node-b','uid':'1'}]",
        "[{'apiVersion':'v1','kind':'Pod','name':'node-a','uid':'1'}]",
        "[{'apiVersion':'example.com/v1','kind':'Node','name':'node-a','uid':'1'}]",
        "[{'apiVersion':'v1','kind':'Node','name':'node-a','uid':'1'},"
            + "{'apiVersion':'v1','kind':'ConfigMap','name':'keeper','uid':'2'}]"
      })
  void theRecordGoesWithItsNode(String owners) {
    assertRefused(
        OWNER,
        recorded("apply-own").fromNode("node-a").with("object/metadata/ownerReferences", owners));
  }

  @Test
  void aRecordMayNotKeepItsNodeFromBeingDeleted() {
    String owner =
        "[{'apiVersion':'v1','kind':'Node','name':'node-a','uid':'1','blockOwnerDeletion':%s}]";
    AdmissionRequest own = recorded("apply-own").fromNode("node-a");
    assertRefused(
        "the record must not block the deletion of its Node",
        own.with("object/metadata/ownerReferences", owner.formatted("true")));
    assertAdmitted(own.with("object/metadata/ownerReferences", owner.formatted("false")));
  }

  @Test
  void aWatcherMayNotAddFinalizers() {
    AdmissionRequest held =
        recorded("apply-own")
            .fromNode("node-a")
            .with("object/metadata/finalizers", "['azwg.dev/x']");
    assertRefused("a watcher may not add finalizers", held);
    assertAdmitted(held.with("oldObject/metadata/finalizers", "['azwg.dev/x']"));
    assertRefused(
        "a watcher may not add finalizers",
        recorded("create-own")
            .fromNode("node-a")
            .with("object/metadata/finalizers", "['azwg.dev/x']"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replace-by-admin",
        "delete-by-admin",
        "delete-all-by-admin",
        "delete-by-garbage-collector"
      })
  void othersAreBoundByTheirRolesAlone(String recording) {
    assertPassedOver(recorded(recording));
  }

  /** Of the same name in another namespace. */
  @Test
  void anotherAccountIsAnother() {
    assertPassedOver(
        recorded("apply-other")
            .with("userInfo/username", "'system:serviceaccount:default:azwg-watcher'"));
  }

  @Test
  void otherResourcesArePassedOver() {
    AdmissionRequest own = recorded("apply-own");
    assertPassedOver(own.with("resource/resource", "'wireguardpeersets'"));
    assertPassedOver(own.with("resource/group", "'example.com'"));
    assertPassedOver(own.with("operation", "'CONNECT'"));
  }
}
