//! Bad input and bad days, with the real binary: what is refused, with which words, and that nothing is half-done.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot set its stage has failed")]

mod forms;
mod killed;
mod links;
mod requests;
mod stage;

use crate::forms::{
    the_invitation_forms_say_what_is_wrong_and_the_link_stays_good,
    the_reset_forms_say_what_is_wrong_and_the_link_stays_good,
    the_set_up_form_says_what_is_wrong_and_its_link_stays_good,
    whatever_is_wrong_with_a_sign_in_the_words_are_the_same,
};
use crate::killed::{
    a_second_start_in_the_same_folder_is_a_second_node,
    a_second_start_on_the_same_port_says_so_and_leaves_the_first_alone,
    each_start_before_set_up_prints_a_new_link_and_the_old_one_dies,
    invitation_and_reset_are_done_or_not_done_when_they_are_killed_in_the_middle,
    set_up_is_done_or_not_done_when_it_is_killed_in_the_middle,
};
use crate::links::{
    a_wrong_link_leads_to_no_form_and_its_page_says_what_to_do,
    an_expired_link_says_so_and_a_newer_one_voids_the_older,
    an_expired_set_up_link_is_dead_and_the_next_start_prints_a_good_one,
    looking_at_a_link_spends_it_not_and_its_token_leaves_the_address_bar,
};
use crate::requests::{
    a_body_of_just_64_kib_is_read_and_a_far_larger_one_is_refused,
    a_forged_or_oversized_form_does_nothing_and_the_right_one_still_works, a_poisoned_host_reaches_no_link_and_no_page,
    every_refusal_bears_the_security_headers, head_answers_as_get_does_without_a_body,
};

portcullis_tests::on_each_engine![
    the_set_up_form_says_what_is_wrong_and_its_link_stays_good,
    the_invitation_forms_say_what_is_wrong_and_the_link_stays_good,
    the_reset_forms_say_what_is_wrong_and_the_link_stays_good,
    whatever_is_wrong_with_a_sign_in_the_words_are_the_same,
    each_start_before_set_up_prints_a_new_link_and_the_old_one_dies,
    set_up_is_done_or_not_done_when_it_is_killed_in_the_middle,
    invitation_and_reset_are_done_or_not_done_when_they_are_killed_in_the_middle,
    a_second_start_on_the_same_port_says_so_and_leaves_the_first_alone,
    a_second_start_in_the_same_folder_is_a_second_node,
    a_wrong_link_leads_to_no_form_and_its_page_says_what_to_do,
    an_expired_link_says_so_and_a_newer_one_voids_the_older,
    an_expired_set_up_link_is_dead_and_the_next_start_prints_a_good_one,
    looking_at_a_link_spends_it_not_and_its_token_leaves_the_address_bar,
    a_forged_or_oversized_form_does_nothing_and_the_right_one_still_works,
    a_body_of_just_64_kib_is_read_and_a_far_larger_one_is_refused,
    every_refusal_bears_the_security_headers,
    a_poisoned_host_reaches_no_link_and_no_page,
    head_answers_as_get_does_without_a_body,
];
